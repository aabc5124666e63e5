"""The hypervolume, against inclusion and exclusion and against counted cells."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mcuq.search import Evaluator, run
from mcuq.search.hypervolume import Point, front_hypervolume, hypervolume

SIDE = 8


def fronts(most: int) -> st.SearchStrategy[list[Point]]:
    def of(dimensions: int) -> st.SearchStrategy[list[Point]]:
        point = st.tuples(*[st.integers(0, SIDE + 1)] * dimensions)
        return st.lists(point, min_size=1, max_size=most)

    return st.integers(1, 4).flatmap(of)


def by_inclusion_and_exclusion(points: list[Point]) -> float:
    """Of the union of boxes from each point to the corner."""
    terms = (
        (-1) ** (count + 1)
        * math.prod(max(0.0, SIDE - max(column)) for column in zip(*some, strict=True))
        for count in range(1, len(points) + 1)
        for some in itertools.combinations(points, count)
    )
    return float(sum(terms))


@given(fronts(6))
def test_it_is_the_volume_of_the_union(points: list[Point]) -> None:
    assert hypervolume(points, (SIDE,) * len(points[0])) == by_inclusion_and_exclusion(points)


@given(fronts(40))
def test_it_is_the_cells_that_some_point_dominates(points: list[Point]) -> None:
    dimensions = len(points[0])
    cells = np.indices((SIDE,) * dimensions).reshape(dimensions, -1).T
    dominated = (np.array(points)[:, None] <= cells[None]).all(axis=2).any(axis=0)
    assert hypervolume(points, (SIDE,) * dimensions) == dominated.sum()


@given(fronts(12))
def test_a_further_point_never_makes_it_smaller(points: list[Point]) -> None:
    corner = (SIDE,) * len(points[0])
    assert hypervolume(points[1:], corner) <= hypervolume(points, corner)


def test_of_a_front_the_reference_is_the_worse_end(evaluator: Evaluator) -> None:
    front = run("ga", evaluator, seed=0)
    found = front_hypervolume(evaluator, front)
    space, known = evaluator.space, evaluator.known
    int8, smallest = known[space.reference], known[space.smallest()]
    loss, flash, ram, work = found.reference
    assert loss == 1.1 * max(int8.loss, smallest.loss)
    assert flash == math.ceil(1.1 * int8.cost.flash)
    assert (ram, work) == (math.ceil(1.1 * 4096), math.ceil(1.1 * int8.cost.instructions))
    assert 0 < found.share < 1
    best = front_hypervolume(evaluator, [evaluator.best()[0]])
    assert best.share < found.share
    assert best.reference == found.reference


def test_what_does_not_fit_counts_as_nothing(evaluator: Evaluator) -> None:
    front = [replace(one, violation=0.1) for one in run("ga", evaluator, seed=0)]
    assert front_hypervolume(evaluator, front).share == 0.0


def test_objectives_that_are_nothing_throughout_are_left_out(evaluator: Evaluator) -> None:
    plain = evaluator.cost
    free = replace(evaluator, cost=lambda g: replace(plain(g), ram=0, instructions=0))
    front = run("ga", free, seed=0)
    found = front_hypervolume(free, front)
    assert found.reference[2:] == (0, 0)
    assert 0 < found.share < 1
