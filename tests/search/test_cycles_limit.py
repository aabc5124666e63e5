"""Cycles as a limit and as an objective of the search."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mcuq.cost import Cost
from mcuq.search import Candidate, Evaluator, Genome, Limits, Space, pareto_front, run


def cost_of(space: Space, genome: Genome, quick: frozenset[int]) -> Cost:
    """Genes of `quick` take fewer cycles in few bytes, the others more, as unpacking does."""
    size = space.weight_bytes(genome)
    cycles = sum(
        gene.choices[index].bytes if at in quick else 2000 - gene.choices[index].bytes
        for at, (gene, index) in enumerate(zip(space.genes, genome, strict=True))
    )
    return Cost(size + 5000, ram=4096, weight_bytes=size, instructions=1, cycles=cycles)


@pytest.mark.parametrize("quick", [frozenset(), frozenset({0, 1}), frozenset(range(20))])
def test_a_limit_of_cycles_is_kept(
    evaluator: Evaluator, space: Space, quick: frozenset[int]
) -> None:
    limited = replace(evaluator, cost=lambda genome: cost_of(space, genome, quick))
    best = cost_of(space, fastest_by_hand(space, quick), quick).cycles
    assert best is not None
    limited.limits = Limits(cycles=best + 40)
    fitting = [one for one in run("ga", limited, seed=1) if one.fits]
    assert fitting
    for one in fitting:
        assert one.cost.cycles is not None and one.cost.cycles <= best + 40


def fastest_by_hand(space: Space, quick: frozenset[int]) -> Genome:
    smallest = space.smallest()
    return tuple(
        small if at in quick else wide
        for at, (small, wide) in enumerate(zip(smallest, space.reference, strict=True))
    )


def test_no_known_cycles_break_no_limit() -> None:
    cost = Cost(flash=1, ram=1, weight_bytes=1, instructions=100)
    assert Limits(cycles=1).violation(cost) == 0.0
    assert Limits(cycles=1).violation(replace(cost, cycles=2)) == pytest.approx(1.0)


def test_the_front_is_of_cycles_where_they_are_known() -> None:
    # More instructions, fewer cycles: only their count differs, and cycles decide.
    wide = Cost(1, 1, 1, instructions=200, cycles=100)
    narrow = Cost(1, 1, 1, instructions=100, cycles=200)
    members = [Candidate((0,), 0.5, wide, 0.0), Candidate((1,), 0.5, narrow, 0.0)]
    assert [one.cost for one in pareto_front(members)] == [wide]
    unknown = [replace(one, cost=replace(one.cost, cycles=None)) for one in members]
    assert [one.cost.instructions for one in pareto_front(unknown)] == [100]
