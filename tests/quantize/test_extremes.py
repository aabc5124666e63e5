"""MINIMUM and MAXIMUM: one scale for all three tensors, none spent on what is cut off."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from graphs import GraphBuilder, Ranges
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tflm_outputs

from mcuq.calibrate import calibrate
from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.ops.extremes import MAXIMUM, MINIMUM
from mcuq.ops.movement import CONCATENATION, RESHAPE, ConcatAttrs, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import LEAKY_RELU, LOGISTIC, TANH
from mcuq.quantize import Config, quantize
from mcuq.quantized import QuantizedGraph

Floats = npt.NDArray[np.float32]
BOTH = pytest.mark.parametrize("kind", [MINIMUM, MAXIMUM], ids=str)


def scale(qgraph: QuantizedGraph, name: str) -> float:
    return float(qgraph.tensors[name].scale[0])


def assert_near(
    graph: Graph, xs: list[Floats], qgraph: QuantizedGraph, rounding: list[float]
) -> None:
    """Outputs are TFLite Micro's bytes, and the float model's values but for `rounding`."""
    inputs = quantize_inputs(qgraph, xs)
    stored = run_integer(qgraph, inputs)
    for name, theirs in zip(qgraph.outputs, tflm_outputs(qgraph, inputs), strict=True):
        np.testing.assert_array_equal(stored[name], theirs.reshape(stored[name].shape))
    found, expected = dequantize_outputs(qgraph, stored), run_float(graph, xs)
    for (name, y), bound in zip(expected.items(), rounding, strict=True):
        off = np.abs(found[name].reshape(y.shape) - y).max()
        assert off <= bound * 1.01, name  # int16 values are quantized in float32


@BOTH
def test_operands_and_result_share_one_scale(kind: AnyOperator) -> None:
    b = GraphBuilder()
    out = b.op(kind, "out", [b.input("x", 1, 4), b.input("y", 1, 4)], 1, 4)
    qgraph = quantize(b.graph(out), Ranges({"x": (-3.0, 4.0), "y": (-2.0, 9.0)}))
    assert scale(qgraph, "x") == scale(qgraph, "y") == scale(qgraph, "out")
    expected = 7.0 if kind is MINIMUM else 11.0
    assert scale(qgraph, "out") == np.float32(expected / 255)


def clip(low: float, high: float, minimum_first: bool, behind: int = 0) -> Graph:
    """max(min(x, high), low) of some values, or the other way round; reshapes between."""
    b = GraphBuilder()
    name = b.input("x", 1, 64)
    steps = [(MINIMUM, b.constant("high", [[high]])), (MAXIMUM, b.constant("low", [[low]]))]
    for number, (kind, bound) in enumerate(steps if minimum_first else steps[::-1]):
        name = b.op(kind, f"y{number}", [name, bound], 1, 64)
        for view in range(behind):
            attrs = ReshapeAttrs((1, 64))
            name = b.op(RESHAPE, f"v{number}{view}", [name], 1, 64, attrs=attrs)
    return b.graph(name)


@settings(max_examples=25)
@given(
    low=st.floats(-4, 2, width=32),
    width=st.floats(0.125, 4, width=32),
    power=st.floats(-1, 5),
    minimum_first=st.booleans(),
    behind=st.integers(0, 1),
    bits=st.sampled_from([8, 16]),
)
def test_a_clip_takes_its_scale_from_its_bounds(
    low: float, width: float, power: float, minimum_first: bool, behind: int, bits: int
) -> None:
    """However far the values reach that it cuts off, and however far a bound from them."""
    graph = clip(low, low + width, minimum_first, behind)
    x = np.random.default_rng(0).normal(size=(16, 64)).astype(np.float32) * np.float32(10**power)
    qgraph = quantize(graph, calibrate(graph, x), Config(activation_bits=bits))
    held = max(low + width, 0.0) - min(low, 0.0)
    if bits == 16:
        held = 2 * max(abs(low + width), abs(low))
    assert scale(qgraph, qgraph.outputs[0]) <= held / ((1 << bits) - 2) * 1.001
    assert_near(graph, [x], qgraph, [scale(qgraph, "x") / 2])


@BOTH
def test_a_bound_that_holds_nothing_back_takes_no_resolution(kind: AnyOperator) -> None:
    b = GraphBuilder()
    bound = b.constant("bound", [[1e6 if kind is MINIMUM else -1e6]])
    graph = b.graph(b.op(kind, "out", [b.input("x", 1, 64), bound], 1, 64))
    x = np.random.default_rng(0).uniform(-1, 1, (16, 64)).astype(np.float32)
    qgraph = quantize(graph, calibrate(graph, x))
    assert scale(qgraph, "out") <= 2 / 255 * 1.001
    assert_near(graph, [x], qgraph, [scale(qgraph, "x") / 2])


@BOTH
def test_a_bound_of_several_operators_does_not_join_them(kind: AnyOperator) -> None:
    """Converters store equal constants once."""
    b = GraphBuilder()
    bound = b.constant("bound", [[0.5 if kind is MINIMUM else -0.5]])
    graph = b.graph(*(b.op(kind, f"{n}2", [b.input(n, 1, 64), bound], 1, 64) for n in "xy"))
    rng = np.random.default_rng(0)
    xs = [rng.uniform(-end, end, (16, 64)).astype(np.float32) for end in (100.0, 1.0)]
    qgraph = quantize(graph, calibrate(graph, xs))
    assert scale(qgraph, "x2") >= 0.9 * 100 / 255 and scale(qgraph, "y2") <= 1.5 / 255 * 1.001
    assert_near(graph, xs, qgraph, [scale(qgraph, name) / 2 for name in ("x", "y")])


@BOTH
@pytest.mark.parametrize("bits", [8, 16])
def test_prescribed_operands_meet_others_through_rescaling(kind: AnyOperator, bits: int) -> None:
    b = GraphBuilder()
    x = b.input("x", 1, 64)
    gate, bent = b.op(LOGISTIC, "gate", [x], 1, 64), b.op(TANH, "bent", [x], 1, 64)
    inner = b.op(kind, "inner", [gate, bent], 1, 64)
    graph = b.graph(b.op(kind, "out", [inner, b.constant("c", [[0.25]])], 1, 64))
    values = np.random.default_rng(0).normal(size=(16, 64)).astype(np.float32)
    qgraph = quantize(graph, calibrate(graph, values), Config(activation_bits=bits))
    assert [op.kind for op in qgraph.ops].count(LEAKY_RELU) == (2 if bits == 8 else 1)
    # No function here is steeper than 1: half a step of each tensor on the way.
    passed = ("x", "bent", "inner", "out")
    assert_near(graph, [values], qgraph, [sum(scale(qgraph, name) for name in passed) / 2])


@BOTH
def test_equally_prescribed_operands_meet_as_they_are(kind: AnyOperator) -> None:
    b = GraphBuilder()
    x = b.input("x", 1, 4)
    one = b.op(LOGISTIC, "one", [x], 1, 4)
    two = b.op(SOFTMAX, "two", [x], 1, 4, attrs=SoftmaxAttrs())
    qgraph = quantize(b.graph(b.op(kind, "out", [one, two], 1, 4)), Ranges())
    assert len(qgraph.ops) == 3
    assert (scale(qgraph, "out"), qgraph.tensors["out"].zero_point) == (1 / 256, -128)


def wide_and_narrow(kind: AnyOperator) -> Graph:
    """An operand of a wide range that something else reads too, and one of a narrow range."""
    b = GraphBuilder()
    wide, narrow = b.input("wide", 1, 64), b.input("narrow", 1, 64)
    out = b.op(kind, "out", [wide, narrow], 1, 64)
    beside = b.op(CONCATENATION, "beside", [wide, wide], 1, 128, attrs=ConcatAttrs(1))
    return b.graph(out, beside)


@BOTH
def test_a_wide_operand_that_others_read_is_copied(kind: AnyOperator) -> None:
    """The narrow one decides the result: it keeps its resolution, and so does the wide one."""
    graph = wide_and_narrow(kind)
    sign = 1 if kind is MINIMUM else -1
    rng = np.random.default_rng(0)
    xs = [sign * rng.uniform(0, end, (16, 64)).astype(np.float32) for end in (100.0, 1.0)]
    qgraph = quantize(graph, calibrate(graph, xs))
    assert [op.kind for op in qgraph.ops].count(LEAKY_RELU) == 1
    assert scale(qgraph, "out") <= 1 / 255 * 1.001
    assert scale(qgraph, "wide") >= 0.9 * 100 / 255
