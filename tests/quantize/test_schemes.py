"""Symmetric activations and per-tensor weights: exact formulas, and the bytes of TFLite Micro."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_cases import random_case, random_inputs, tflm_outputs

from mcuq.interpret.integer import run_integer
from mcuq.numeric import asymmetric_params, integer_limits, symmetric_params
from mcuq.ops.catalog import FLOAT_OPERATORS, WEIGHTED_OPERATORS
from mcuq.ops.operator import AnyOperator
from mcuq.quantize import Config, WeightChoice, quantize

ENDS = st.floats(-1e6, 1e6, allow_subnormal=False, width=32)
WIDTHS = st.sampled_from([2, 4, 8, 16])


def relative(scale: np.float32, exact: Fraction) -> float:
    return float(abs(Fraction(float(scale)) - exact) / exact)


@given(ENDS, ENDS, WIDTHS, st.booleans())
def test_asymmetric_is_the_formula_in_exact_arithmetic(
    a: float, b: float, bits: int, signed: bool
) -> None:
    low, high = min(a, b, 0.0), max(a, b, 0.0)
    exact = (Fraction(high) - Fraction(low)) / (2**bits - 1)
    if exact < Fraction(1, 1 << 27):
        return
    scale, zero_point = asymmetric_params(min(a, b), max(a, b), bits, signed=signed)
    assert relative(scale, exact) <= 2.0**-23
    lowest, highest = integer_limits(bits, signed=signed)
    assert lowest <= zero_point <= highest
    ideal = lowest - Fraction(low) / Fraction(float(scale))
    assert abs(min(max(ideal, lowest), highest) - zero_point) <= Fraction(1, 2) + Fraction(1, 1000)


@given(ENDS, ENDS, WIDTHS)
def test_unsigned_storage_is_the_signed_one_moved_by_half_its_range(
    a: float, b: float, bits: int
) -> None:
    low, high = min(a, b), max(a, b)
    signed = asymmetric_params(low, high, bits)
    unsigned = asymmetric_params(low, high, bits, signed=False)
    assert signed[0] == unsigned[0]
    assert unsigned[1] - signed[1] == 1 << (bits - 1)


@given(ENDS, ENDS, WIDTHS)
def test_symmetric_is_the_formula_in_exact_arithmetic(a: float, b: float, bits: int) -> None:
    low, high = min(a, b), max(a, b)
    exact = Fraction(max(abs(low), abs(high))) / (2 ** (bits - 1) - 1)
    if exact < Fraction(1, 1 << 27):
        return
    scale, zero_point = symmetric_params(low, high, bits)
    assert zero_point == 0
    assert relative(scale, exact) <= 2.0**-23


@pytest.mark.parametrize("kind", FLOAT_OPERATORS)
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1))
def test_symmetric_activations_equal_tflite_micro(kind: AnyOperator, seed: int) -> None:
    check(kind, seed, Config(activations="symmetric"))


@pytest.mark.parametrize("kind", WEIGHTED_OPERATORS)
@pytest.mark.parametrize("bits", [8, 4])
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1))
def test_per_tensor_filters_equal_tflite_micro(kind: AnyOperator, bits: int, seed: int) -> None:
    check(kind, seed, Config(default_weight=WeightChoice(bits, per="tensor")))


def check(kind: AnyOperator, seed: int, config: Config) -> None:
    rng = np.random.default_rng(seed)
    case = random_case(kind, rng)
    qgraph = quantize(case.graph, case.ranges, config)
    if config.activations == "symmetric":
        assert all(qgraph.tensors[name].zero_point == 0 for name in qgraph.inputs)
    for op in qgraph.ops:
        if config.default_weight.per == "tensor" and op.kind.weighted:
            assert qgraph.tensors[op.inputs[1]].scale.size == 1
    inputs = random_inputs(case.graph, rng, samples=4)
    got = run_integer(qgraph, inputs)["y"]
    np.testing.assert_array_equal(got, tflm_outputs(qgraph, inputs)[0].reshape(got.shape))
