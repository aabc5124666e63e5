"""Starts that leave channels out: what the losses of cuts and of choices alone promise together."""

from __future__ import annotations

from mcuq.search.greedy import greedy
from mcuq.search.knapsack import Losses, knapsack
from mcuq.search.settings import STARTS
from mcuq.search.space import Genome, Space, replaced


def cut_starts(space: Space, losses: Losses, limit: int) -> list[Genome]:
    """From nothing cut on, each time the cut that leaves the least summed loss at `limit`; of that
    path the best, with the knapsack's choices for what is left."""
    cuts, path = space.reference, []
    while further := _further(space, cuts):
        loss, cuts = min((_promised(space, losses, one, limit), one) for one in further)
        path.append((loss, cuts))
    found = []
    for _, one in sorted(path)[: STARTS.cut]:
        genome = knapsack(space.under(one), _held(space, losses, one), limit)
        if genome is not None:
            found.append(genome)
    return found


def _further(space: Space, cuts: Genome) -> list[Genome]:
    return [
        replaced(cuts, gene, cuts[gene] + 1)
        for gene in space.cutting
        if cuts[gene] + 1 < len(space.genes[gene].choices)
    ]


def _promised(space: Space, losses: Losses, cuts: Genome, limit: int) -> float:
    left = space.under(cuts)
    genome = greedy(left, _held(space, losses, cuts), limit)
    over = left.weight_bytes(genome) - limit
    if over > 0:
        return STARTS.unmeasured + over
    return sum(losses[gene][choice] for gene, choice in enumerate(genome))


def _held(space: Space, losses: Losses, cuts: Genome) -> Losses:
    """Losses with which no other cuts are chosen."""
    rows = [list(row) for row in losses]
    for gene in space.cutting:
        rows[gene] = [STARTS.unmeasured] * len(rows[gene])
        rows[gene][cuts[gene]] = 0.0
    return rows
