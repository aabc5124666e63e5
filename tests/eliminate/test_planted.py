"""Random networks before and after an elimination, in LiteRT."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import litert_output
from planted import BOUND, Planted, samples

from mcuq.eliminate import eliminate
from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.witness.rounding import float_rounding

_MARGIN = 8.0
"""Times what rounding moves an output by: one draw of it, for very few outputs."""


def tolerated(graph: Graph, inputs: list[np.ndarray]) -> float:
    """Of the largest output: what rounding explains."""
    name = graph.outputs[0]
    exact = run_float(graph, inputs)[name]
    moved = run_float(graph, inputs, disturb=float_rounding(graph))[name]
    return _MARGIN * float(np.abs(moved - exact).max()) + 1e-6 * float(np.abs(exact).max())


def same_outputs(before: Graph, after: Graph, seed: int) -> None:
    """LiteRT itself finds no difference but rounding."""
    inputs = samples(before, seed, 4)
    off = np.abs(litert_output(before, inputs) - litert_output(after, inputs)).max()
    assert off <= tolerated(before, inputs)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1), steps=st.integers(0, 8), odd=st.sampled_from([0.2, 0.5, 0.9])
)
def test_what_goes_does_not_matter(seed: int, steps: int, odd: float) -> None:
    graph = Planted(seed, odd).graph(steps)
    found = eliminate(graph, {"x": (-BOUND, BOUND)})
    same_outputs(graph, found.graph, seed)
    assert found.graph.inputs == graph.inputs and found.graph.outputs == graph.outputs
    assert found.graph.weights == graph.weights and found.graph.activations == graph.activations
    for name in (*graph.inputs, *graph.outputs):
        assert found.graph.tensors[name].shape == graph.tensors[name].shape


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(0, 8))
def test_nothing_is_assumed_of_inputs(seed: int, steps: int) -> None:
    graph = Planted(seed, 0.5).graph(steps)
    same_outputs(graph, eliminate(graph).graph, seed)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_left_for_a_second_time(seed: int) -> None:
    """Channels that only merging makes equal or zero are found then; hardly ever there are any."""
    once = eliminate(Planted(seed, 0.5).graph(5)).graph
    assert sum(layer.before - layer.after for layer in eliminate(once).layers) == 0


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(0, 8))
def test_stored_ranges_stay_with_their_tensors(seed: int, steps: int) -> None:
    graph = Planted(seed, 0.5, ranges=True).graph(steps)
    less = eliminate(graph).graph
    inputs = samples(graph, seed, 4)
    before, after = (run_float(each, inputs)[graph.outputs[0]] for each in (graph, less))
    assert np.abs(after - before).max() <= tolerated(graph, inputs)
    assert less.ranges == graph.ranges
