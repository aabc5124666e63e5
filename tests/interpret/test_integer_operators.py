"""Every operator gives the bytes of TFLite Micro, on random shapes, scales and zero points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_cases import FixedRanges, random_case, random_inputs, tflm_outputs

from mcuq.interpret.integer import run_integer
from mcuq.ops.binary import ADD, SUB
from mcuq.ops.catalog import FLOAT_OPERATORS, WEIGHTED_OPERATORS
from mcuq.ops.operator import AnyOperator
from mcuq.ops.softmax import SOFTMAX
from mcuq.ops.unary import HARD_SWISH, LOGISTIC, TANH
from mcuq.quantize import Config, WeightChoice, quantize


def check(kind: AnyOperator, seed: int, bits: int = 8) -> None:
    rng = np.random.default_rng(seed)
    case = random_case(kind, rng)
    qgraph = quantize(case.graph, case.ranges, Config(default_weight=WeightChoice(bits)))
    inputs = random_inputs(case.graph, rng, samples=5)
    got = run_integer(qgraph, inputs)["y"]
    expected = tflm_outputs(qgraph, inputs)[0].reshape(got.shape)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("kind", FLOAT_OPERATORS)
@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_operator_equals_tflite_micro(kind: AnyOperator, seed: int) -> None:
    check(kind, seed)


@pytest.mark.parametrize("kind", WEIGHTED_OPERATORS)
@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1))
def test_int4_filters_equal_tflite_micro(kind: AnyOperator, seed: int) -> None:
    check(kind, seed, bits=4)


@pytest.mark.parametrize("kind", [LOGISTIC, TANH])
@pytest.mark.parametrize("width", [1e4, 1e6])
def test_sigmoids_of_huge_ranges_equal_tflite_micro(kind: AnyOperator, width: float) -> None:
    """Where one input step is beyond the function's whole range, zero itself saturates."""
    graph = random_case(kind, np.random.default_rng(0)).graph
    qgraph = quantize(graph, FixedRanges({"x0": (-width, width)}))
    inputs = [np.linspace(-128, 127, 300).astype(np.int8)[None]]
    np.testing.assert_array_equal(
        run_integer(qgraph, inputs)["y"], tflm_outputs(qgraph, inputs)[0].reshape(1, 300)
    )


@pytest.mark.parametrize("kind", [SOFTMAX, ADD, SUB, HARD_SWISH])
@pytest.mark.parametrize("width", [0.0, 1e-9])
def test_nearly_constant_tensors_do_not_abort_tflite_micro(kind: AnyOperator, width: float) -> None:
    rng = np.random.default_rng(0)
    graph = random_case(kind, rng).graph
    qgraph = quantize(graph, FixedRanges({"x0": (0.0, width), "y": (0.0, 1e-9)}))
    inputs = random_inputs(graph, rng, samples=2)
    got = run_integer(qgraph, inputs)["y"]
    np.testing.assert_array_equal(got, tflm_outputs(qgraph, inputs)[0].reshape(got.shape))
