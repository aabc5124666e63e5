"""The natural logarithm in fixed point, bit for bit as TensorFlow Lite computes it."""

from __future__ import annotations

import numpy as np

from mcuq.numeric.exponential import one_over_one_plus
from mcuq.numeric.fixed_point import Int64, doubling_high_multiply, rounding_right_shift

_LARGEST = (1 << 31) - 1
_ROOT_HALF = 1518500250
_FOURTH_ROOT_HALF = 1805811301
_LOG_2 = 1488522236
_ALPHA_N = 117049297
_ALPHA_D = 127690142
_ALPHA_I = 1057819769
_ALPHA_F = 638450708
"""Q0.31; those of the quotient are 11/240, 1/20, 2 / 2^(1/2) - 1 and 1/4, times 2^(1/4)."""
_RESULT_BITS = 5
_QUARTER = 1 << (31 - _RESULT_BITS - 1 - 2)


def logarithm(x: Int64, integer_bits: int) -> Int64:
    """log(x) for x ≥ 1: Q(integer_bits) to Q5.26.

    x is brought near one, by whole powers of two and by those and a half; the one that is nearer
    counts. A quotient of polynomials gives the rest.
    """
    whole = _leading_zeros(x)
    near_whole = doubled(doubling_high_multiply(x << (whole - 1), _ROOT_HALF))
    half = _leading_zeros(doubling_high_multiply(x, _ROOT_HALF)) - 1
    near_half = np.minimum(x << half, _LARGEST)
    unit = 31 - _RESULT_BITS - 1
    powers = np.maximum(
        ((integer_bits - whole) << unit) + _QUARTER, ((integer_bits - half) << unit) - _QUARTER
    )
    rest = _near_one(np.minimum(near_whole, near_half))
    return doubled(doubling_high_multiply(powers, _LOG_2) + rest)


def _near_one(r: Int64) -> Int64:
    """log of 2^(1/4) × r, in Q6.25."""
    middle = (r + _FOURTH_ROOT_HALF + 1) >> 1
    q = 2 * (r - _FOURTH_ROOT_HALF)
    square = doubling_high_multiply(q, q)
    cubic = doubling_high_multiply(doubling_high_multiply(q, square), _ALPHA_N)
    numerator = doubling_high_multiply(q, r) + cubic
    inner = _ALPHA_I + q + doubling_high_multiply(_ALPHA_D, square)
    denominator = doubling_high_multiply(middle, inner) + doubling_high_multiply(_ALPHA_F, q)
    scaled = rounding_right_shift(numerator, _RESULT_BITS + 1)
    return doubling_high_multiply(scaled, one_over_one_plus(denominator))


def doubled(x: Int64) -> Int64:
    """2 × x, saturated to int32."""
    clipped: Int64 = np.clip(2 * x, -_LARGEST - 1, _LARGEST)
    return clipped


def _leading_zeros(x: Int64) -> Int64:
    """Of positive int32 values."""
    return 32 - np.frexp(x.astype(np.float64))[1].astype(np.int64)
