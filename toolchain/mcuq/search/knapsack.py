"""The one-shot assignment: additive losses, exact multiple-choice knapsack.

Each choice of each gene has a loss measured alone (all other genes at their reference); the sum
is minimized under a byte limit. This is what one-shot mixed-precision methods do; it ignores
that choices interact, which is the room the search lives in.
"""

from __future__ import annotations

from collections.abc import Sequence

from mcuq.search.settings import STARTS
from mcuq.search.space import Genome, Space

Losses = Sequence[Sequence[float]]
"""losses[gene][choice]: loss increase of that choice alone."""


def knapsack(space: Space, losses: Losses, byte_limit: int) -> Genome | None:
    """The genome of least summed loss with at most `byte_limit` weight bytes; None if none fits.

    Dynamic programming over Pareto-optimal (bytes, loss) states. Exact while there are at most
    `STARTS.most_states`; beyond that, neighbouring states of nearly equal bytes are thinned.
    """
    states: list[tuple[int, float, Genome]] = [(0, 0.0, ())]
    rest = _smallest_tail_bytes(space)
    for index, gene in enumerate(space.genes):
        grown = [
            (size + choice.bytes, loss + losses[index][i], (*genome, i))
            for size, loss, genome in states
            for i, choice in enumerate(gene.choices)
            if size + choice.bytes + rest[index + 1] <= byte_limit
        ]
        states = _pareto(grown)
        if not states:
            return None
    return min(states, key=lambda s: (s[1], s[0], s[2]))[2]


def _smallest_tail_bytes(space: Space) -> list[int]:
    """rest[i]: fewest bytes that genes i… can take."""
    rest = [0]
    for gene in reversed(space.genes):
        rest.append(rest[-1] + min(choice.bytes for choice in gene.choices))
    return rest[::-1]


def _pareto(
    states: list[tuple[int, float, Genome]],
) -> list[tuple[int, float, Genome]]:
    """States that no other beats in both bytes and loss, by growing bytes."""
    states.sort()
    kept: list[tuple[int, float, Genome]] = []
    for state in states:
        if not kept or state[1] < kept[-1][1]:
            kept.append(state)
    step = -(-len(kept) // STARTS.most_states)
    return kept[::step] if step > 1 else kept
