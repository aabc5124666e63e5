"""Filters, biases and the guards around them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from graphs import GraphBuilder, Ranges

from mcuq.errors import InputError, UsageError
from mcuq.graph import Graph
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import (
    ConvAttrs,
    DepthwiseConvAttrs,
    FullyConnectedAttrs,
    FullyConnectedParams,
)
from mcuq.quantize import Config, QuantizedWeight, WeightChoice, quantize
from mcuq.quantized import op_params


def dense(weight: list[list[float]], bias: list[float]) -> Graph:
    b = GraphBuilder()
    x = b.input("x", 1, len(weight[0]))
    operands = [x, b.constant("w", weight), b.constant("b", bias)]
    out = b.op(FULLY_CONNECTED, "y", operands, 1, len(bias), attrs=FullyConnectedAttrs())
    return b.graph(out)


@pytest.mark.parametrize(("bits", "limit"), [(8, 127), (4, 7)])
def test_convolution_filters_scale_per_output_channel(bits: int, limit: int) -> None:
    b = GraphBuilder()
    x = b.input("x", 1, 1, 1, 2)
    w = b.constant("w", np.array([[1.0, -0.5], [0.0, 0.0], [8.0, 4.0]]).reshape(3, 1, 1, 2))
    y = b.op(CONV_2D, "y", [x, w], 1, 1, 1, 3, attrs=ConvAttrs())
    d = b.constant("d", np.array([2.0, -4.0, 1.0]).reshape(1, 1, 1, 3))
    z = b.op(DEPTHWISE_CONV_2D, "z", [y, d], 1, 1, 1, 3, attrs=DepthwiseConvAttrs())
    qgraph = quantize(b.graph(z), Ranges(), Config(default_weight=WeightChoice(bits)))
    conv, depthwise = qgraph.tensors["w"], qgraph.tensors["d"]
    assert (conv.axis, depthwise.axis) == (0, 3)
    assert conv.scale.tolist() == pytest.approx([1 / limit, 1 / limit, 8 / limit])
    assert conv.data is not None and depthwise.data is not None
    assert conv.data[:, 0, 0, 0].tolist() == [limit, 0, limit]
    assert depthwise.data.ravel().tolist() == [limit, -limit, limit]


def test_dense_filters_are_per_channel_where_nothing_else_is_asked() -> None:
    graph = dense([[1.0, 0.5], [0.25, 0.1]], [0.0, 0.0])
    eight = quantize(graph, Ranges())
    four = quantize(graph, Ranges(), Config(weights={"w": WeightChoice(4)}))
    one = quantize(graph, Ranges(), Config(weights={"w": WeightChoice(4, per="tensor")}))
    for qgraph in (eight, four):
        assert (qgraph.tensors["w"].axis, qgraph.tensors["w"].scale.size) == (0, 2)
    assert (one.tensors["w"].axis, one.tensors["w"].scale.size) == (None, 1)
    assert four.tensors["w"].nbytes == one.tensors["w"].nbytes == 2
    for qgraph, expected in ((four, True), (one, False)):
        params = op_params(qgraph, qgraph.ops[0])
        assert isinstance(params, FullyConnectedParams) and params.per_channel is expected


def test_bias_has_the_product_of_scales() -> None:
    qgraph = quantize(dense([[1.0, 0.5]], [0.3]), Ranges())
    bias = qgraph.tensors["b"]
    assert bias.scale == qgraph.tensors["x"].scale * qgraph.tensors["w"].scale
    assert bias.data is not None
    assert float(bias.data[0] * bias.scale[0]) == pytest.approx(0.3, rel=1e-4)


def test_a_filter_tiny_beside_its_bias_gives_way_to_it() -> None:
    qgraph = quantize(dense([[1e-9, 1e-9], [1.0, 0.5]], [5.0, 5.0]), Ranges({"y": (0.0, 10.0)}))
    bias, weight = qgraph.tensors["b"], qgraph.tensors["w"]
    assert bias.data is not None and weight.data is not None
    assert (bias.data * bias.scale).tolist() == pytest.approx([5.0, 5.0], rel=1e-4)
    assert abs(int(bias.data[0])) < 1 << 30
    assert weight.data[1].tolist() == [127, 64]


def test_a_bias_shared_by_operators_becomes_one_each() -> None:
    b = GraphBuilder()
    x = b.input("x", 1, 2)
    w, v, bias = (
        b.constant("w", [[1.0, 2.0], [3.0, 4.0]]),
        b.constant("v", [[9.0, 2.0], [3.0, 4.0]]),
        b.constant("b", [1.0, -1.0]),
    )
    y = b.op(FULLY_CONNECTED, "y", [x, w, bias], 1, 2, attrs=FullyConnectedAttrs())
    z = b.op(FULLY_CONNECTED, "z", [y, v, bias], 1, 2, attrs=FullyConnectedAttrs())
    s = b.op(ADD, "s", [z, bias], 1, 2, attrs=BinaryAttrs())
    qgraph = quantize(b.graph(s), Ranges({"y": (-9.0, 9.0)}))
    first, second = (qgraph.tensors[op.inputs[2]] for op in qgraph.ops[:2])
    assert first.name != second.name
    assert (first.bits, second.bits, qgraph.tensors[qgraph.ops[2].inputs[1]].bits) == (32, 32, 8)
    for op, tensor in zip(qgraph.ops, (first, second), strict=False):
        scale = qgraph.tensors[op.inputs[0]].scale * qgraph.tensors[op.inputs[1]].scale
        assert tensor.scale.tolist() == scale.tolist()


def test_a_bank_supplies_filters_and_biases() -> None:
    choice = WeightChoice(4, "strong")
    better = QuantizedWeight(
        np.array([[3, -2]], np.int8), np.array([0.25], np.float32), np.array([0.5], np.float32)
    )
    graph = dense([[1.0, 0.5]], [0.3])
    qgraph = quantize(graph, Ranges(), Config(default_weight=choice), {("w", choice): better})
    weight, bias = qgraph.tensors["w"], qgraph.tensors["b"]
    assert weight.data is not None and bias.data is not None
    assert weight.data.tolist() == [[3, -2]]
    assert float(bias.data[0] * bias.scale[0]) == pytest.approx(0.5, rel=1e-3)


@pytest.mark.parametrize("choice", [WeightChoice(8, "strong"), WeightChoice(5)])
def test_unknown_choices_are_refused(choice: WeightChoice) -> None:
    with pytest.raises(UsageError, match="'w'"):
        quantize(dense([[1.0]], [0.0]), Ranges(), Config(weights={"w": choice}))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_ranges_that_are_not_finite_are_refused(bad: float) -> None:
    with pytest.raises(InputError, match="'x'"):
        quantize(dense([[1.0]], [0.0]), Ranges({"x": (0.0, bad)}))


def test_a_computed_filter_is_refused() -> None:
    b = GraphBuilder()
    x, w = b.input("x", 1, 2), b.input("w", 3, 2)
    y = b.op(FULLY_CONNECTED, "y", [x, w], 1, 3, attrs=FullyConnectedAttrs())
    with pytest.raises(InputError, match="filter of 'y'"):
        quantize(b.graph(y), Ranges())


def test_an_output_that_never_moved_in_calibration_does_not_break_arithmetic() -> None:
    """A dead output has an empty range; its multipliers must stay inside TFLite's limits."""
    b = GraphBuilder()
    x, y = b.input("x", 1, 2), b.input("y", 1, 2)
    s = b.op(ADD, "s", [x, y], 1, 2, attrs=BinaryAttrs())
    ranges = Ranges({"x": (-1e6, 1e6), "y": (-1.0, 1.0), "s": (0.0, 1e-6)})
    qgraph = quantize(b.graph(s), ranges)
    params = op_params(qgraph, qgraph.ops[0])
    assert params.output_shift <= 0  # type: ignore[union-attr]
