"""16x8: int16 activations, int8 or int4 weights, int64 biases: the bytes of TFLite Micro."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from operator_cases import FixedRanges, least_case

from mcuq.calibrate import calibrate
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import UsageError
from mcuq.graph import Graph, Op, Tensor
from mcuq.importers import load_model
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric import multiply_int64, symmetric_params
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import ADD, MUL
from mcuq.ops.catalog import FLOAT_OPERATORS
from mcuq.ops.int16_tables import (
    exp_table,
    lookup_interpolated,
    reciprocal_table,
    sigmoid_factor,
    sigmoid_table,
)
from mcuq.ops.operator import AnyOperator
from mcuq.ops.resize import RESIZE_BILINEAR
from mcuq.ops.unary import HARD_SWISH, LOGISTIC, TANH
from mcuq.quantize import Config, quantize, with_float_io
from mcuq.tflite.micro import run_micro

KINDS = [kind for kind in FLOAT_OPERATORS if kind is not RESIZE_BILINEAR]
WIDE = Config(activation_bits=16)


def test_an_operator_without_a_wide_form_is_named() -> None:
    case = least_case(RESIZE_BILINEAR)
    for config in (WIDE, Config(wide=("y",))):
        with pytest.raises(UsageError, match="RESIZE_BILINEAR"):
            quantize(case.graph, case.ranges, config)


def test_other_widths_do_not_exist() -> None:
    case = least_case(ADD)
    with pytest.raises(UsageError, match="12-bit"):
        quantize(case.graph, case.ranges, Config(activation_bits=12))


@given(st.integers(-(1 << 46), 1 << 46), st.integers(1 << 30, (1 << 31) - 1), st.integers(-31, 7))
def test_the_wide_multiply_is_one_rounding_of_a_15_bit_factor(x: int, m: int, shift: int) -> None:
    reduced = min(math.floor(Fraction(m, 1 << 16) + Fraction(1, 2)), 0x7FFF)
    exact = Fraction(x) * reduced * Fraction(2) ** (shift - 15)
    assert int(multiply_int64(np.int64(x), m, shift)) == math.floor(exact + Fraction(1, 2))


def test_the_tables_follow_their_functions() -> None:
    x = np.arange(-32768, 32768, dtype=np.int64)
    position = (x + 32768) / 65536
    exp = lookup_interpolated(exp_table(), x) / 32768
    np.testing.assert_allclose(exp, np.exp(-10 + 10 * position), atol=6e-5)
    reciprocal = lookup_interpolated(reciprocal_table(), x) / 32768
    np.testing.assert_allclose(reciprocal, 1 / (1 + position), atol=6e-5)


def test_the_sigmoid_table_follows_its_function() -> None:
    table = sigmoid_table() / 65536
    exact = 1 / (1 + np.exp(-np.arange(256) / 24))
    np.testing.assert_allclose(table, exact, atol=1.7 / 65536)
    assert (np.diff(sigmoid_table().astype(int)) >= 0).all()


@given(st.floats(2.0**-20, 2.0))
def test_the_sigmoid_factor_brings_arguments_to_its_unit(scale: float) -> None:
    multiplier, shift = sigmoid_factor(scale)
    assert 0 < multiplier < 1 << 16 and 0 <= shift <= 31
    assert multiplier / 2**shift == pytest.approx(scale * 12288, rel=1.3e-4)


@pytest.mark.parametrize("kind", [LOGISTIC, TANH])
@pytest.mark.parametrize("end", [8.0 * 32767 / 32768, 0.02, 1.0, 5.0, 300.0])
def test_every_argument_of_a_sigmoid_equals_tflite_micro(kind: AnyOperator, end: float) -> None:
    graph = Graph(
        "sigmoid",
        {name: Tensor(name, (1, 1024)) for name in "xy"},
        (Op(kind, "y", ("x",), ("y",), NoAttrs()),),
        ("x",),
        ("y",),
    )
    qgraph = quantize(graph, FixedRanges({"x": (-end, end)}), WIDE)
    x = np.arange(-32768, 32768, dtype=np.int16).reshape(64, 1024)
    expected = run_micro(tflite_bytes(qgraph), [x])[0]
    np.testing.assert_array_equal(run_integer(qgraph, [x])["y"], expected.reshape(64, 1024))


def test_a_hard_swish_of_int16_is_three_operators() -> None:
    case = least_case(HARD_SWISH)
    ranges = FixedRanges({"x0": (-4.0, 4.0), "y": (-0.375, 4.0)})
    qgraph = quantize(case.graph, ranges, WIDE)
    assert [op.kind for op in qgraph.ops] == [ADD, MUL, MUL]
    x = np.linspace(-4, 4, 300, dtype=np.float32)
    got = dequantize_outputs(qgraph, run_integer(qgraph, quantize_inputs(qgraph, [x])))["y"]
    np.testing.assert_allclose(got, x * np.clip(x + 3, 0, 6) / 6, atol=1e-3)


def test_the_scale_is_the_symmetric_one() -> None:
    scale, zero_point = symmetric_params(-3.0, 5.0, 16)
    assert zero_point == 0
    np.testing.assert_allclose(scale, 5 / 32767, rtol=1e-7)


@pytest.mark.parametrize("name", ["resnet8", "kws"])
def test_whole_models_equal_tflite_micro_and_stay_close_to_float(
    mlperf_tiny: Path, name: str
) -> None:
    graph = load_model(mlperf_tiny / f"{name}_float32.tflite")
    x = np.load(mlperf_tiny / f"{name}_search.npz")["x"][:24].astype(np.float32)
    x = x.reshape(len(x), *graph.tensors[graph.inputs[0]].shape[1:])
    qgraph = quantize(graph, calibrate(graph, x), WIDE)
    inputs = quantize_inputs(qgraph, [x])
    output = qgraph.outputs[0]
    got = run_integer(qgraph, inputs)
    expected = run_micro(tflite_bytes(qgraph), inputs)[0]
    np.testing.assert_array_equal(got[output], expected.reshape(got[output].shape))
    real = run_float(graph, [x])[output]
    np.testing.assert_allclose(dequantize_outputs(qgraph, got)[output], real, atol=0.1)
    edged = with_float_io(qgraph)
    found = run_micro(tflite_bytes(edged), [x[:4]])[0]
    assert found.tobytes() == run_integer(edged, [x[:4]])[output].tobytes()
