"""Fixed-point exp, logistic, tanh and reciprocal, bit for bit as gemmlowp computes them.

A Qm.n value is an int32 with m integer and n = 31 - m fractional bits; Q0.31 holds (-1, 1).
Everything is vectorized and works in int64 with explicit int32 saturation where gemmlowp has it.
"""

from __future__ import annotations

import numpy as np

from mcuq.numeric.fixed_point import (
    Int64,
    doubling_high_multiply,
    rounding_right_shift,
)

_INT32_MIN, _INT32_MAX = -(1 << 31), (1 << 31) - 1
_EXP_MINUS_EIGHTH = 1895147668  # exp(-1/8), Q0.31
_THIRD = 715827883  # 1/3, Q0.31
_48_OVER_17 = 1515870810  # Q2.29: the first guess of Newton's division
_32_OVER_17 = 1010580540  # Q2.29
_ONE_Q2 = 1 << 29
_ONE_Q0 = _INT32_MAX

# exp(-2^k) in Q0.31 for k = -2 … 4.
_EXP_OF_MINUS_POWER = {
    -2: 1672461947,
    -1: 1302514674,
    0: 790015084,
    1: 290630308,
    2: 39332535,
    3: 720401,
    4: 242,
}


def _saturating_left_shift(x: Int64, exponent: int) -> Int64:
    clipped: Int64 = np.clip(x << exponent, _INT32_MIN, _INT32_MAX)
    return clipped


def _exp_near_zero(a: Int64) -> Int64:
    """exp(a) for a in [-1/4, 0), Q0.31 to Q0.31: a fourth-order expansion around -1/8."""
    x = a + (1 << 28)
    x2 = doubling_high_multiply(x, x)
    x3 = doubling_high_multiply(x2, x)
    x4_over_4 = rounding_right_shift(doubling_high_multiply(x2, x2), 2)
    tail = rounding_right_shift(doubling_high_multiply(x4_over_4 + x3, _THIRD) + x2, 1)
    return _EXP_MINUS_EIGHTH + doubling_high_multiply(_EXP_MINUS_EIGHTH, x + tail)


def exp_on_negative_values(a: Int64, integer_bits: int) -> Int64:
    """exp(a) for a ≤ 0: Q(integer_bits) to Q0.31; exp(0) saturates to the largest Q0.31.

    Args:
        a: int64 array of Q(integer_bits) values.
        integer_bits: at most 5.
    """
    fraction_bits = 31 - integer_bits
    quarter = np.int64(1) << (fraction_bits - 2)
    remainder_of_quarter = (a & (quarter - 1)) - quarter
    result = _exp_near_zero(remainder_of_quarter << integer_bits)
    multiples = remainder_of_quarter - a
    for exponent, factor in _EXP_OF_MINUS_POWER.items():
        if integer_bits > exponent:
            bit = np.int64(1) << (fraction_bits + exponent)
            result = np.where(multiples & bit, doubling_high_multiply(result, factor), result)
    return np.where(a == 0, _ONE_Q0, result)


def _newton_reciprocal(half_denominator: Int64) -> Int64:
    """1 / (2 × half_denominator) × 2 in Q2.29 by three Newton-Raphson steps."""
    x = _48_OVER_17 + doubling_high_multiply(half_denominator, -_32_OVER_17)
    for _ in range(3):
        error = _ONE_Q2 - doubling_high_multiply(half_denominator, x)
        x = x + _saturating_left_shift(doubling_high_multiply(x, error), 2)
    return x


def _half_sum_with_one(a: Int64) -> Int64:
    """(a + 1) / 2 in Q0.31 for a ≥ 0, rounded half up."""
    return (a + _ONE_Q0 + 1) >> 1


def one_over_one_plus(a: Int64) -> Int64:
    """1 / (1 + a) for a in (0, 1), Q0.31 to Q0.31."""
    return _saturating_left_shift(_newton_reciprocal(_half_sum_with_one(a)), 1)


def reciprocal(x: Int64, integer_bits: int) -> tuple[Int64, Int64]:
    """Reciprocal of positive Q(integer_bits) values (TFLite's GetReciprocal).

    Returns:
        (scale, bits_over_unit): scale in Q0.31 with 1 / x = scale × 2^-bits_over_unit.
    """
    headroom = 32 - np.array([int(v).bit_length() for v in x.ravel()], dtype=np.int64)
    headroom = headroom.reshape(x.shape)
    fraction = (x << headroom) - (np.int64(1) << 31)
    return one_over_one_plus(fraction), integer_bits - headroom


def logistic(a: Int64, integer_bits: int = 4) -> Int64:
    """1 / (1 + exp(-a)): Q(integer_bits) to Q0.31."""
    positive = one_over_one_plus(exp_on_negative_values(-np.abs(a), integer_bits))
    signed = np.where(a > 0, positive, _ONE_Q0 - positive)
    return np.where(a == 0, np.int64(1) << 30, signed)


def tanh(a: Int64, integer_bits: int = 4) -> Int64:
    """tanh(a): Q(integer_bits) to Q0.31."""
    # exp(-2|a|): doubling is free, the same bits read with one more integer bit.
    squared = exp_on_negative_values(-np.abs(a), integer_bits + 1)
    quotient = _newton_reciprocal(_half_sum_with_one(squared)) - _ONE_Q2
    magnitude = _saturating_left_shift(quotient, 2)
    return np.where(a == 0, 0, np.where(a < 0, -magnitude, magnitude))


def input_radius(integer_bits: int, left_shift: int, signed_bits: int = 31) -> int:
    """Largest |input| whose rescaled value fits Q(integer_bits) (TFLite's CalculateInputRadius)."""
    largest = ((1 << integer_bits) - 1) * (1 << (signed_bits - integer_bits))
    return largest >> left_shift if left_shift >= 0 else largest << -left_shift
