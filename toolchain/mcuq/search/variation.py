"""Crossover and mutation over choice indices, and the repair that walks back to the budget.

Integer-aware: a choice is never "between" two others. Moves keep what genes mean: change the
rounding at equal bytes, change the width, or trade width between two tensors.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from mcuq.search.knapsack import Losses
from mcuq.search.settings import GA, GaSettings
from mcuq.search.space import Genome, Space, replaced


def crossover(a: Genome, b: Genome, rng: random.Random, settings: GaSettings = GA) -> Genome:
    """Two-point or uniform exchange; neighbouring tensors interact, so runs are often kept."""
    if len(a) > 2 and rng.random() < settings.run_crossover:
        low, high = sorted(rng.sample(range(len(a) + 1), 2))
        return (*a[:low], *b[low:high], *a[high:])
    return tuple(x if rng.random() < 0.5 else y for x, y in zip(a, b, strict=True))


def mutate(space: Space, genome: Genome, rng: random.Random, settings: GaSettings = GA) -> Genome:
    """One to three moves; always returns a genome of the space."""
    for _ in range(_moves_of(rng, settings)):
        kind = rng.random()
        gene = rng.randrange(len(genome))
        if kind < settings.sibling_move:
            genome = _resibling(space, genome, gene, rng)
        elif kind < settings.sibling_move + settings.any_move:
            genome = replaced(genome, gene, rng.randrange(len(space.genes[gene].choices)))
        else:
            other = rng.randrange(len(genome))
            genome = _trade(space, genome, gene, other, rng)
    return genome


def _moves_of(rng: random.Random, settings: GaSettings) -> int:
    second = rng.random() < settings.second_move
    return 1 + second + (rng.random() < settings.third_move)


def _resibling(space: Space, genome: Genome, gene: int, rng: random.Random) -> Genome:
    """Another choice of the same bytes."""
    siblings = space.siblings(gene, genome[gene])
    return replaced(genome, gene, rng.choice(siblings)) if siblings else genome


def _trade(space: Space, genome: Genome, a: int, b: int, rng: random.Random) -> Genome:
    """Gene a takes b's family and b takes a's, where both have it."""
    family_a = space.genes[a].choices[genome[a]].family
    family_b = space.genes[b].choices[genome[b]].family
    to_a = [i for i, c in enumerate(space.genes[a].choices) if c.family == family_b]
    to_b = [i for i, c in enumerate(space.genes[b].choices) if c.family == family_a]
    if a == b or not to_a or not to_b:
        return genome
    return replaced(replaced(genome, a, rng.choice(to_a)), b, rng.choice(to_b))


def repair(
    space: Space,
    genome: Genome,
    losses: Losses,
    limit: int,
    rng: random.Random,
    settings: GaSettings = GA,
) -> Genome:
    """Bring the weight bytes to `limit` or below, then spend what is left; cuts stay.

    Narrowing takes the cheapest loss per byte first, with a random factor so that repaired
    children differ; widening goes the other way.
    """
    space = space.under(genome)
    low, high = settings.repair_noise
    noise = [low + (high - low) * rng.random() for _ in genome]
    used = space.weight_bytes(genome)
    while used > limit:
        moves = _moves(space, genome, losses, noise, narrower=True)
        if not moves:
            return genome
        _, gene, index, delta = min(moves)
        genome, used = replaced(genome, gene, index), used + delta
    return widen(space, genome, losses, limit, noise)


def widen(
    space: Space, genome: Genome, losses: Losses, limit: int, noise: Sequence[float]
) -> Genome:
    """Spend the bytes that `limit` leaves, the most loss saved per byte first.

    Args:
        noise: factor of each gene's loss.
    """
    used = space.weight_bytes(genome)
    while True:
        moves = [
            m
            for m in _moves(space, genome, losses, noise, narrower=False)
            if used + m[3] <= limit and m[0] < 0
        ]
        if not moves:
            return genome
        _, gene, index, delta = min(moves)
        genome, used = replaced(genome, gene, index), used + delta


def _moves(
    space: Space, genome: Genome, losses: Losses, noise: Sequence[float], *, narrower: bool
) -> list[tuple[float, int, int, int]]:
    """(loss change per byte moved, gene, choice, byte change) of every move one way."""
    moves = []
    for gene, index in enumerate(genome):
        row = losses[gene]
        here = space.genes[gene].choices[index].bytes
        for other, choice in enumerate(space.genes[gene].choices):
            delta = choice.bytes - here
            if delta < 0 if narrower else delta > 0:
                moves.append(
                    ((row[other] - row[index]) * noise[gene] / abs(delta), gene, other, delta)
                )
    return moves
