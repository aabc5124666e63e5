"""Which channels keep the wider width: those that lose most with fewer bits, as outputs see it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mcuq.bench.chain import Chain
from mcuq.blocks import wide_first
from mcuq.blocks.order import carried_on
from mcuq.calibrate import calibrate
from mcuq.graph import Graph
from mcuq.numeric.activation import Activation
from mcuq.ptq.candidates import build_bank
from mcuq.quantize import WeightChoice, quantize

JUDGES = (WeightChoice(8, "hessian"), WeightChoice(4, "hessian"))


def two_layers() -> Graph:
    chain = Chain("two", (1, 4, 4, 6), 1)
    chain.conv(8, 1, 1)
    chain.conv(5, 1, 1, Activation.NONE)
    return chain.graph()


def order(graph: Graph) -> dict[str, list[int]]:
    x = np.random.default_rng(2).normal(size=(32, 4, 4, 6)).astype(np.float32)
    ranges = calibrate(graph, [x])
    bank = build_bank(graph, ranges, [x], methods=JUDGES)
    found = wide_first(graph, quantize(graph, ranges), bank, (8, 4), [x])
    return {name: channels.tolist() for name, channels in found.items()}


def with_weights(graph: Graph, **weights: np.ndarray) -> Graph:
    changed = {
        name: replace(graph.tensors[name], data=data.astype(np.float32))
        for name, data in weights.items()
    }
    return replace(graph, tensors={**graph.tensors, **changed})


def test_a_change_reaches_the_outputs_by_squares_of_weights() -> None:
    graph = two_layers()
    second = graph.tensors["weight1"].data
    assert second is not None
    found = carried_on(graph)
    assert np.allclose(found["t0"], (second.reshape(5, 8) ** 2).sum(axis=0))
    assert found["t1"].tolist() == [1.0] * 5


@pytest.mark.parametrize("loud", [0, 3, 7])
def test_a_channel_with_much_to_lose_comes_first(loud: int) -> None:
    graph = two_layers()
    first = graph.tensors["weight0"].data
    assert first is not None
    first = first.copy()
    first[loud] *= 20
    assert order(with_weights(graph, weight0=first))["weight0"][0] == loud


def test_a_channel_that_hardly_anything_reads_comes_last() -> None:
    graph = two_layers()
    second = graph.tensors["weight1"].data
    assert second is not None
    second = second.copy()
    second[..., 4] *= 1e-3
    found = order(with_weights(graph, weight1=second))
    assert found["weight0"][-1] == 4
    assert found.keys() == {"weight0"}  # the other's channels are those of the output
