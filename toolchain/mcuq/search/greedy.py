"""Assignments by rules of thumb: one width throughout, and the narrowest step by step."""

from __future__ import annotations

from mcuq.search.knapsack import Losses
from mcuq.search.space import Genome, Space, replaced


def best_per_family(space: Space, losses: Losses) -> list[dict[float, int]]:
    """For each gene: family → its choice of least loss."""
    result = []
    for gene, row in zip(space.genes, losses, strict=True):
        best: dict[float, int] = {}
        for index, choice in enumerate(gene.choices):
            if choice.family not in best or row[index] < row[best[choice.family]]:
                best[choice.family] = index
        result.append(best)
    return result


def uniform(space: Space, losses: Losses, widest: bool) -> Genome:
    """Every gene at its widest (or narrowest) family, the best choice within it."""
    pick = max if widest else min
    return tuple(best[pick(best)] for best in best_per_family(space, losses))


def greedy(space: Space, losses: Losses, limit: int) -> Genome:
    """From all wide, narrow the gene of least loss per byte saved until it fits."""
    genome = uniform(space, losses, widest=True)
    while space.weight_bytes(genome) > limit:
        moves = [
            ((losses[g][c] - losses[g][i]) / saved, g, c)
            for g, i in enumerate(genome)
            for c, choice in enumerate(space.genes[g].choices)
            if (saved := space.genes[g].choices[i].bytes - choice.bytes) > 0
        ]
        if not moves:
            break
        _, gene, index = min(moves)
        genome = replaced(genome, gene, index)
    return genome
