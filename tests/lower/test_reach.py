"""Channels that a layer leaves constant are known to the layers that read them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mcuq.bench.chain import Chain
from mcuq.bench.measure import quantized
from mcuq.graph import Graph
from mcuq.interpret.integer import run_integer
from mcuq.lower import lower
from mcuq.lower.packing import GROUP_SLOW
from mcuq.lower.reach import reach


def separable(seed: int, dead: tuple[int, ...]) -> Graph:
    """A 1x1 layer with dead channels, then a depthwise one whose filters expect them to be tiny."""
    model = Chain("separable", (1, 6, 6, 4), seed)
    model.conv(8, 1, 1)
    model.depthwise(3, 1)
    model.conv(4, 1, 1)
    graph = model.graph()
    tensors = dict(graph.tensors)
    for name, axis in (("weight0", 0), ("weight1", 3)):
        data = np.moveaxis(tensors[name].data.copy(), axis, 0)  # type: ignore[union-attr]
        data[list(dead)] *= np.float32(1e-30 if axis == 0 else 1e3)
        tensors[name] = replace(tensors[name], data=np.moveaxis(data, 0, axis).copy())
    bias = tensors["bias0"].data.copy()  # type: ignore[union-attr]
    bias[list(dead)] = -0.5
    tensors["bias0"] = replace(tensors["bias0"], data=bias)
    return replace(graph, tensors=tensors)


@pytest.mark.parametrize("bits", [8, 4, 2, 1])
def test_every_output_lies_in_its_interval(bits: int) -> None:
    for seed in range(5):
        qgraph, _ = quantized(separable(seed, (1, 6)), bits)
        values = np.random.default_rng(seed).integers(-128, 128, (64, 6, 6, 4), np.int8)
        known = reach(qgraph)
        results = run_integer(qgraph, [values], keep=tuple(known))
        for name, (low, high) in known.items():
            channels = results[name].reshape(-1, len(low))
            assert (channels.min(axis=0) >= low).all()
            assert (channels.max(axis=0) <= high).all()


def test_dead_channels_are_constant_through_a_depthwise_layer() -> None:
    qgraph, _ = quantized(separable(0, (1, 6)), 4)
    known = reach(qgraph)
    for op in qgraph.ops[:2]:
        low, high = known[op.output]
        assert np.flatnonzero(low == high).tolist() == [1, 6]


def test_no_depthwise_group_is_slow_for_a_constant_channel() -> None:
    qgraph, _ = quantized(separable(0, (1, 6)), 4)
    depthwise = lower(qgraph).calls[1]
    words = next(a.data for a in depthwise.arrays() if a.role == "channels")
    assert not (words[:, 0] & GROUP_SLOW).any()
