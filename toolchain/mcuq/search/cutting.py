"""Starts that leave channels out: first those of which a byte costs the least."""

from __future__ import annotations

from mcuq.search.knapsack import Losses, knapsack
from mcuq.search.settings import STARTS
from mcuq.search.space import Genome, Space, replaced
from mcuq.search.variation import widen


def cut_starts(space: Space, losses: Losses, limit: int) -> list[Genome]:
    """From nothing cut on, step by step the cut of least loss per byte; from all along that path
    some cuts, each with the knapsack's choices for what is left, and with the narrowest, widened.

    Few bits lose more together than alone, and the strongest choices repair what the layers before
    them lose, as long as those are the strongest, too: the second kind of start mixes in no others.
    """
    found = []
    path = _path(space, losses)
    step = max(1, -(-len(path) // STARTS.cut))
    for cuts in path[step - 1 :: step]:
        left = space.under(cuts)
        held = _held(space, losses, cuts)
        genome = knapsack(left, held, limit)
        if genome is not None:
            narrowest = _with_cuts(space, left.smallest(), cuts)
            plainly = [1.0] * len(space.genes)
            found += [genome, widen(left, narrowest, _strongest(left, held), limit, plainly)]
    return found


def _path(space: Space, losses: Losses) -> list[Genome]:
    cuts, path = space.reference, []
    while further := _further(space, cuts):
        size = space.weight_bytes(cuts)

        def price(one: Genome, before: Genome = cuts, size: int = size) -> tuple[float, Genome]:
            added = sum(losses[g][one[g]] - losses[g][before[g]] for g in space.cutting)
            return added / max(1, size - space.weight_bytes(one)), one

        cuts = min(further, key=price)
        path.append(cuts)
    return path


def _further(space: Space, cuts: Genome) -> list[Genome]:
    return [
        replaced(cuts, gene, cuts[gene] + 1)
        for gene in space.cutting
        if cuts[gene] + 1 < len(space.genes[gene].choices)
    ]


def _with_cuts(space: Space, genome: Genome, cuts: Genome) -> Genome:
    for gene in space.cutting:
        genome = replaced(genome, gene, cuts[gene])
    return genome


def _held(space: Space, losses: Losses, cuts: Genome) -> Losses:
    """Losses with which no other cuts are chosen."""
    rows = [list(row) for row in losses]
    for gene in space.cutting:
        rows[gene] = [STARTS.unmeasured] * len(rows[gene])
        rows[gene][cuts[gene]] = 0.0
    return rows


def _strongest(space: Space, losses: Losses) -> Losses:
    """Losses with which of equal bytes the last choice is taken, as by `Space.smallest`."""
    rows = []
    for gene, row in zip(space.genes, losses, strict=True):
        last = {choice.bytes: index for index, choice in enumerate(gene.choices)}
        strong = set(last.values()) if len(last) > 1 else set(range(len(row)))
        rows.append([x if i in strong else STARTS.unmeasured for i, x in enumerate(row)])
    return rows
