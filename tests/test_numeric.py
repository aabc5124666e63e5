"""The integer formulas against exact rational arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.numeric import (
    activation_bounds,
    asymmetric_params,
    dequantize,
    doubling_high_multiply,
    exp_on_negative_values,
    logistic,
    multiply_by_quantized_multiplier,
    pack_int4,
    quantize_bias,
    quantize_multiplier,
    quantize_values,
    reciprocal,
    round_half_away,
    rounding_right_shift,
    symmetric_scale,
    tanh,
    unpack_int4,
)
from mcuq.numeric.activation import Activation

INT32 = st.integers(-(1 << 31), (1 << 31) - 1)
Q31 = st.integers(1 << 30, (1 << 31) - 1)
REALS = st.floats(1e-12, 1e6)


def half_away(x: Fraction) -> int:
    return int(math.copysign(1, x)) * math.floor(abs(x) + Fraction(1, 2)) if x else 0


def half_up(x: Fraction) -> int:
    return math.floor(x + Fraction(1, 2))


@given(INT32, INT32)
def test_doubling_high_multiply_rounds_half_up_and_saturates(a: int, b: int) -> None:
    expected = min(half_up(Fraction(a * b, 1 << 31)), (1 << 31) - 1)
    assert int(doubling_high_multiply(np.int64(a), np.int64(b))) == expected


def test_doubling_high_multiply_saturates_its_one_overflow() -> None:
    lowest = np.int64(-(1 << 31))
    assert int(doubling_high_multiply(lowest, lowest)) == (1 << 31) - 1


@given(INT32, st.integers(0, 31))
def test_rounding_right_shift_rounds_half_away(x: int, exponent: int) -> None:
    expected = half_away(Fraction(x, 1 << exponent))
    assert int(rounding_right_shift(np.int64(x), exponent)) == expected


@given(st.integers(-(1 << 23), 1 << 23), Q31, st.integers(-31, 7))
def test_requantization_is_two_roundings(x: int, multiplier: int, shift: int) -> None:
    high = half_up(Fraction((x << max(shift, 0)) * multiplier, 1 << 31))
    expected = half_away(Fraction(high, 1 << max(-shift, 0)))
    assert int(multiply_by_quantized_multiplier(np.int64(x), multiplier, shift)) == expected


def test_requantization_broadcasts_a_multiplier_a_channel() -> None:
    x = np.array([[100, 100], [-7, -7]])
    scaled = multiply_by_quantized_multiplier(x, np.array([1 << 30, 1 << 30]), np.array([0, 2]))
    assert scaled.tolist() == [[50, 200], [-3, -14]]


@given(REALS)
def test_multiplier_is_the_nearest_31_bit_mantissa(real: float) -> None:
    multiplier, shift = quantize_multiplier(real)
    if (multiplier, shift) == (0, 0):
        assert real < 2.0**-31
        return
    assert 1 << 30 <= multiplier < 1 << 31
    step = Fraction(2) ** (shift - 31)
    assert abs(Fraction(real) - multiplier * step) <= step / 2


@pytest.mark.parametrize(
    ("real", "expected"),
    [
        (0.0, (0, 0)),
        (1.0, (1 << 30, 1)),
        (0.5, (1 << 30, 0)),
        (1.0 - 2.0**-40, (1 << 30, 1)),
        (2.0**-32, (1 << 30, -31)),
        (2.0**-33, (0, 0)),
        (-0.75, (-3 << 29, 0)),
    ],
)
def test_multiplier_edges(real: float, expected: tuple[int, int]) -> None:
    assert quantize_multiplier(real) == expected


@given(st.lists(st.integers(-8, 7), max_size=33))
def test_int4_round_trip(values: list[int]) -> None:
    packed = pack_int4(np.array(values, np.int8))
    assert packed.size == (len(values) + 1) // 2
    assert unpack_int4(packed, len(values)).tolist() == values


def test_int4_packs_low_nibble_first_across_rows() -> None:
    assert pack_int4(np.array([[1, 2, 3], [4, -1, -8]], np.int8)).tobytes() == b"\x21\x43\x8f"


def test_int4_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="int4"):
        pack_int4(np.array([8], np.int8))


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e4))
def test_activation_scale_covers_the_range_and_an_exact_zero(low: float, width: float) -> None:
    high = low + width
    scale, zero_point = asymmetric_params(low, high)
    assert -128 <= zero_point <= 127
    assert dequantize(np.array([zero_point]), scale, zero_point)[0] == 0.0
    for bound in (min(low, 0.0), max(high, 0.0)):
        stored = quantize_values(np.array([bound]), scale, zero_point)
        assert abs(float(dequantize(stored, scale, zero_point)[0]) - bound) <= 0.51 * float(scale)


def test_an_empty_range_still_has_a_scale() -> None:
    assert asymmetric_params(0.0, 0.0) == (np.float32(2.0**-8), 0)


def test_rounding_ties_go_away_from_zero() -> None:
    below_half = np.nextafter(np.float32(0.5), np.float32(0.0))
    x = np.array([0.5, -0.5, 1.5, -2.5, below_half], np.float32)
    assert round_half_away(x).tolist() == [1, -1, 2, -3, 0]


def test_symmetric_scale_of_a_dead_channel_is_ordinary() -> None:
    scale = symmetric_scale(np.array([0.0, 12.7]), 8)
    assert scale.tolist() == [np.float32(1 / 127), np.float32(0.1)]


def test_bias_saturates_instead_of_wrapping() -> None:
    bias = quantize_bias(np.array([1e9, -1e9, 0.25], np.float32), np.array([1e-6], np.float32))
    assert bias.tolist() == [(1 << 30) - 1, -(1 << 30) + 1, 250000]


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        (Activation.NONE, (-128, 127)),
        (Activation.RELU, (-100, 127)),
        (Activation.RELU6, (-100, -40)),
        (Activation.RELU_N1_TO_1, (-110, -90)),
    ],
)
def test_activation_bounds(activation: Activation, expected: tuple[int, int]) -> None:
    assert activation_bounds(activation, np.float32(0.1), -100) == expected


def test_fixed_point_functions_are_close_to_the_real_ones() -> None:
    a = np.linspace(-(1 << 31) + 1, (1 << 31) - 1, 20001).astype(np.int64)
    real = a / 2.0**27
    assert np.abs(logistic(a) / 2.0**31 - 1 / (1 + np.exp(-real))).max() < 1e-6
    assert np.abs(tanh(a) / 2.0**31 - np.tanh(real)).max() < 1e-6
    negative = a[a <= 0]
    error = exp_on_negative_values(negative, 5) / 2.0**31 - np.exp(negative / 2.0**26)
    assert np.abs(error).max() < 1e-6


@given(st.integers(1 << 19, (1 << 31) - 1))
def test_reciprocal_of_sums(x: int) -> None:
    scale, bits = reciprocal(np.array([x], np.int64), 12)
    assert float(scale[0]) * 2.0 ** (-31 - int(bits[0])) == pytest.approx(2.0**19 / x, rel=1e-6)
