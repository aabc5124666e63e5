"""Filters solved for several mixes: as if each had been solved alone, and no beginning twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import pytest
from test_refine import network

from mcuq.graph import Graph
from mcuq.ptq.candidates import moments, sequence
from mcuq.ptq.candidates.prefixes import Prefixes
from mcuq.ptq.refine import FilterSolver
from mcuq.quantize import Config, WeightChoice
from mcuq.quantize.weights import QuantizedWeight

OBSERVERS = ("minmax", "mse", "percentile")


def mixes(graph: Graph, count: int) -> list[Config]:
    """Each differs from one before it in a filter or an observer."""
    rng = random.Random(5)
    found = [Config()]
    activations = [op.output for op in graph.ops]
    while len(found) < count:
        base = rng.choice(found)
        weights, observers = dict(base.weights), dict(base.observers)
        if rng.random() < 0.7:
            weights[rng.choice(graph.weights)] = WeightChoice(rng.choice((8, 4, 2)))
        else:
            observers[rng.choice(activations)] = rng.choice(OBSERVERS)
        found.append(Config(weights, observers))
    return found


@contextmanager
def counted() -> Iterator[list[str]]:
    """The layers whose moments are measured meanwhile."""
    measured: list[str] = []
    measure = moments.measure

    def count(layer, *samples):  # type: ignore[no-untyped-def]
        measured.append(layer.op.inputs[1])
        return measure(layer, *samples)

    with patch.object(sequence, "measure", count):
        yield measured


def test_what_is_remembered_changes_no_byte_of_any_mix() -> None:
    graph, x, ranges = network()
    solver = FilterSolver(graph, ranges, [x])
    with counted() as together:
        found = [solver(config) for config in mixes(graph, 12)]
    with counted() as alone:
        assert found == [FilterSolver(graph, ranges, [x])(config) for config in mixes(graph, 12)]
    assert len(together) < 0.7 * len(alone)


def test_a_mix_is_not_solved_twice_and_a_change_only_from_there_on() -> None:
    graph, x, ranges = network()
    solver = FilterSolver(graph, ranges, [x])
    config = Config(default_weight=WeightChoice(4))
    with counted() as first:
        solver(config)
    with counted() as second:
        solver(config)
    assert len(first) == len(graph.weights)
    assert second == []
    for number, name in enumerate(first):
        with counted() as changed:
            solver(Config({name: WeightChoice(2)}, default_weight=WeightChoice(4)))
        assert changed == first[number:]


@pytest.mark.parametrize("most", [30, 31])
def test_the_least_recently_used_are_forgotten(most: int) -> None:
    prefixes = Prefixes(most)
    weights = [QuantizedWeight(np.full(10, i, np.int8), np.ones(1, np.float32)) for i in range(4)]
    for number, weight in enumerate(weights[:3]):
        prefixes.add((number,), weight)
    assert prefixes.find((0,)) is weights[0]
    prefixes.add((3,), weights[3])
    assert [prefixes.find((i,)) for i in range(4)] == [weights[0], None, weights[2], weights[3]]
