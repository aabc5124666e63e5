"""Which channels keep the wider width: those that lose most with fewer bits, as outputs see it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mcuq.bench.chain import Chain
from mcuq.blocks import split, wide_first
from mcuq.blocks.order import carried_on
from mcuq.calibrate import calibrate
from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.numeric.activation import Activation
from mcuq.numeric.narrow import Narrow
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.weighted import CONV_2D
from mcuq.ops.weighted_params import ConvAttrs
from mcuq.ptq.candidates import build_bank
from mcuq.quantize import Config, WeightChoice, quantize

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


def added_layers() -> Graph:
    build = GraphBuilder()
    rng = np.random.default_rng(0)

    def conv(source: str, inputs: int, count: int, name: str) -> str:
        operands = [
            source,
            build.constant(rng.normal(size=(count, 1, 1, inputs)), f"{name}/w"),
            build.constant(rng.normal(size=count), f"{name}/b"),
        ]
        return build.op(CONV_2D, ConvAttrs(activation=Activation.RELU), operands, name)

    x = build.input((1, 4, 4, 6), "x")
    first = conv(x, 6, 8, "first")
    second = conv(conv(first, 8, 12, "between"), 12, 8, "second")
    total = build.op(ADD, BinaryAttrs(), [first, second], "sum")
    return build.graph("added", (conv(total, 8, 3, "last"),))


@pytest.mark.parametrize("counts", [(2, 4), (4, 2), (6, 6), (8, 3)])
def test_layers_that_are_added_have_one_order(counts: tuple[int, int]) -> None:
    """Any two choices of such layers can be brought side by side at once."""
    graph = added_layers()
    found = order(graph)
    first, second = (found[f"{name}/w"] for name in ("first", "second"))
    assert first == second and len(found) == 3
    weights = {
        f"{name}/w": WeightChoice(wide, narrow=Narrow(narrow, tuple(sorted(first[count:]))))
        for name, count, wide, narrow in zip(
            ("first", "second"), counts, (8, 4), (4, 2), strict=True
        )
    }
    x = np.random.default_rng(3).normal(size=(4, 4, 4, 6)).astype(np.float32)
    whole = quantize(graph, calibrate(graph, [x]), Config(weights=weights))
    parts = split(whole)
    stored = quantize_inputs(whole, [x])
    name = graph.outputs[0]
    assert np.array_equal(run_integer(whole, stored)[name], run_integer(parts, stored)[name])
