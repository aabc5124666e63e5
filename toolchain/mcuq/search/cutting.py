"""Starts that leave channels out: what the losses of cuts and of choices alone promise together."""

from __future__ import annotations

from mcuq.search.greedy import greedy
from mcuq.search.knapsack import Losses, knapsack
from mcuq.search.settings import STARTS
from mcuq.search.space import Genome, Space, replaced
from mcuq.search.variation import widen


def cut_starts(space: Space, losses: Losses, limit: int) -> list[Genome]:
    """From nothing cut on, each time the cut that leaves the least summed loss at `limit`; from all
    along that path some cuts, each with the knapsack's choices for what is left, and with the
    narrowest, widened: few bits lose more together than alone, and its choices are those that
    repair what the layers before them lose."""
    cuts, path = space.reference, []
    while further := _further(space, cuts):
        cuts = min((_promised(space, losses, one, limit), one) for one in further)[1]
        path.append(cuts)
    found = []
    plainly = [1.0] * len(space.genes)
    for one in path[:: -(-len(path) // STARTS.cut)] if path else ():
        left = space.under(one)
        genome = knapsack(left, _held(space, losses, one), limit)
        if genome is None:
            continue
        narrowest = left.smallest()
        for gene in space.cutting:
            narrowest = replaced(narrowest, gene, one[gene])
        found += [genome, widen(left, narrowest, losses, limit, plainly)]
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
