"""Channels that go at a price: which can, in what order, and what is left of the network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import Planted, samples
from scaled_networks import scaled_network, scaled_samples

from mcuq.bench.chain import Chain
from mcuq.eliminate import Roles, without_unread
from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.numeric.activation import Activation
from mcuq.prune import channel_sets, dropped, measure_channels, prune, pruned_levels
from mcuq.witness.rounding import float_rounding


def outputs(graph: Graph, inputs: list[np.ndarray]) -> np.ndarray:
    return run_float(graph, inputs)[graph.outputs[0]]


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(0, 8), share=st.sampled_from([0.2, 0.6]))
def test_what_only_zeros_read_goes_and_nothing_else_changes(
    seed: int, steps: int, share: float
) -> None:
    graph = Planted(seed, 0.0).graph(steps)
    rng = np.random.default_rng(seed)
    roles = Roles(graph)
    tensors = dict(graph.tensors)
    for op in graph.ops:
        data = graph.tensors[op.inputs[1]].data if op.name in roles.mixing else None
        if data is not None:
            data = np.where(rng.random(data.shape[-1]) < share, 0, data).astype(np.float32)
            tensors[op.inputs[1]] = replace(tensors[op.inputs[1]], data=data)
    graph = replace(graph, tensors=tensors)
    left = without_unread(graph)
    inputs = samples(graph, seed, 3)
    exact = outputs(graph, inputs)
    moved = run_float(graph, inputs, disturb=float_rounding(graph))[graph.outputs[0]]
    rounding = 8 * np.abs(moved - exact).max() + 1e-6 * np.abs(exact).max()
    assert np.abs(outputs(left.graph, inputs) - exact).max() <= rounding
    for name, kept in left.kept.items():
        assert left.graph.tensors[name].shape[-1:] == (int(kept.sum()),) or not kept.size


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(0, 8))
def test_any_set_can_go_at_any_level(seed: int, steps: int) -> None:
    """What is left runs, has the same ends and fewer weights, and lacks what was named."""
    graph = Planted(seed, 0.0).graph(steps)
    inputs = samples(graph, seed, 8)
    statistics = measure_channels(graph, inputs)
    for one in channel_sets(graph):
        gone = {one.name: (0,)}
        if graph.tensors[one.name].shape[-1] < 2:
            continue
        left = prune(graph, gone, statistics)
        assert not left.kept[one.name][0]
        assert left.graph.weights == graph.weights
        assert np.isfinite(outputs(left.graph, inputs)).all()
        for name in (*graph.inputs, *graph.outputs):
            assert left.graph.tensors[name].shape == graph.tensors[name].shape


def test_multiples_of_others_go_first_and_cost_nothing() -> None:
    graph = scaled_network()
    x = scaled_samples(64)
    statistics = measure_channels(graph, [x])
    levels = pruned_levels(graph, channel_sets(graph), statistics)
    assert [len(one.levels[-1]) for one in levels] == [8, 8]
    least = dropped(levels, (3, 3))
    for channels in least.values():
        # Of each pair one is gone, whichever.
        assert len({channel % 8 for channel in channels}) == 8
    left = prune(graph, least, statistics)
    fresh = scaled_samples(32, seed=9)
    before, after = outputs(graph, [fresh]), outputs(left.graph, [fresh])
    assert np.abs(after - before).max() < 0.05 * np.abs(before).max()
    sizes = [sum(g.tensors[name].size for name in g.weights) for g in (graph, left.graph)]
    assert sizes[1] < 0.4 * sizes[0]


def test_levels_are_parts_of_each_other() -> None:
    graph = scaled_network(24)
    levels = pruned_levels(graph, channel_sets(graph), measure_channels(graph, [scaled_samples(9)]))
    for one in levels:
        assert [len(level) for level in one.levels] == [3, 6, 12]
        for less, more in zip(one.levels, one.levels[1:], strict=False):
            assert set(less) < set(more)


def test_a_dense_layer_is_fitted_as_least_squares_has_it() -> None:
    chain = Chain("dense", (1, 6), 3)
    chain.dense(12, Activation.RELU)
    chain.dense(3, Activation.NONE)
    graph = chain.graph()
    x = np.random.default_rng(5).normal(size=(64, 6)).astype(np.float32)
    gone = {"t0": (1, 4, 7)}
    left = prune(graph, gone, measure_channels(graph, [x])).graph
    hidden = run_float(graph, [x], keep=["t0"])["t0"].reshape(len(x), -1)
    stays = np.delete(np.arange(12), gone["t0"])
    wanted = outputs(graph, [x]).reshape(len(x), -1)
    ends = np.c_[hidden[:, stays], np.ones(len(x))]
    best = ends @ np.linalg.lstsq(ends, wanted, rcond=None)[0]
    least = ((best - wanted) ** 2).sum()
    found = ((outputs(left, [x]).reshape(len(x), -1) - wanted) ** 2).sum()
    assert least <= found < 1.05 * least  # damped by a hundredth of the variance


def test_layers_that_are_added_lose_the_same_channels() -> None:
    """All that a sum joins is one set; inputs and outputs are in none."""
    from mcuq.importers.builder import GraphBuilder
    from mcuq.ops.attrs import Padding
    from mcuq.ops.binary import ADD, BinaryAttrs
    from mcuq.ops.weighted import CONV_2D
    from mcuq.ops.weighted_params import ConvAttrs

    build = GraphBuilder()
    rng = np.random.default_rng(0)

    def conv(source: str, inputs: int, count: int, name: str) -> str:
        operands = [
            source,
            build.constant(rng.normal(size=(count, 3, 3, inputs)), f"{name}/w"),
            build.constant(rng.normal(size=count), f"{name}/b"),
        ]
        attrs = ConvAttrs(padding=Padding.SAME, activation=Activation.RELU)
        return build.op(CONV_2D, attrs, operands, name)

    x = build.input((1, 6, 6, 2), "x")
    first = conv(x, 2, 8, "first")
    second = conv(first, 8, 12, "second")
    third = conv(second, 12, 8, "third")
    total = build.op(ADD, BinaryAttrs(Activation.RELU), [first, third], "sum")
    graph = build.graph("net", (conv(total, 8, 3, "last"),))
    sets = channel_sets(graph)
    assert [(one.name, len(one.groups), one.readers) for one in sets] == [
        (first, 8, ("second", "last")),
        (second, 12, ("third",)),
    ]
    data = rng.normal(size=(16, 6, 6, 2)).astype(np.float32)
    left = prune(graph, {first: (2, 5)}, measure_channels(graph, [data]))
    for name in (first, third, total):
        assert left.kept[name].tolist() == [True, True, False, True, True, False, True, True]


@pytest.mark.parametrize("seed", range(3))
def test_statistics_are_those_of_numpy(seed: int) -> None:
    graph = scaled_network(8, seed)
    x = scaled_samples(16, seed)
    found = measure_channels(graph, [x])
    values = run_float(graph, [x], keep=found)
    for name, statistics in found.items():
        rows = values[name].reshape(-1, values[name].shape[-1]).astype(np.float64)
        wanted = np.cov(rows.T, bias=True)
        wanted += 0.01 * np.diagonal(wanted).mean() * np.eye(len(wanted))
        largest = np.abs(wanted).max()
        np.testing.assert_allclose(statistics.covariance, wanted, atol=1e-4 * largest)
        mean = values[name].astype(np.float64).mean(axis=0)
        np.testing.assert_allclose(statistics.mean[0], mean, atol=1e-9, rtol=1e-6)
