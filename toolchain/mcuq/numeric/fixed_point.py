"""Q31 multiplication and rounding shifts as gemmlowp and TFLite Micro define them.

A real factor is held as `multiplier × 2^(shift - 31)` with multiplier in [2^30, 2^31). All
functions work on arrays in int64, so that no intermediate wraps.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]
IntLike = npt.NDArray[np.integer] | int

_HALF_Q31 = np.int64(1 << 30)


def quantize_multiplier(real: float) -> tuple[int, int]:
    """Q31 multiplier and shift of a real factor (TFLite's QuantizeMultiplier).

    Rounds the mantissa half away from zero. A factor below 2^-32 in size becomes (0, 0): every
    bit would be shifted out.

    Returns:
        (multiplier, shift): real ≈ multiplier × 2^(shift - 31); a negative shift is a right one.
    """
    if real == 0.0:
        return 0, 0
    mantissa, shift = math.frexp(real)
    scaled = mantissa * (1 << 31)
    multiplier = int(math.copysign(math.floor(abs(scaled) + 0.5), scaled))
    if multiplier == 1 << 31:
        multiplier //= 2
        shift += 1
    if shift < -31:
        return 0, 0
    return multiplier, shift


def quantize_multipliers(
    reals: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """`quantize_multiplier` of each element: int32 multipliers and int32 shifts."""
    pairs = [quantize_multiplier(float(real)) for real in reals.ravel()]
    table = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].copy()


def doubling_high_multiply(a: IntLike, b: IntLike) -> Int64:
    """SaturatingRoundingDoublingHighMul: a × b / 2^31 rounded to nearest, ties upwards.

    gemmlowp's nudge and truncating division amount to one arithmetic shift. Operands are int32
    values in any integer type.
    """
    product = np.multiply(a, b, dtype=np.int64)
    high: Int64 = (product + _HALF_Q31) >> 31
    # Only (-2^31)^2 overflows; it saturates.
    return np.minimum(high, np.int64((1 << 31) - 1))


def rounding_right_shift(x: IntLike, exponent: IntLike) -> Int64:
    """RoundingDivideByPOT: x / 2^exponent rounded to nearest, ties away from zero.

    Args:
        x: int32 values in any integer type.
        exponent: 0 to 31, broadcast against x.
    """
    wide = np.asarray(x, dtype=np.int64)
    half = (np.int64(1) << np.asarray(exponent, dtype=np.int64)) >> 1
    # x >> 63 is -1 below zero: it turns "ties upwards" into "ties away from zero", except
    # where nothing is shifted out and there is no tie to break.
    away = np.where(half > 0, wide >> 63, 0)
    result: Int64 = (wide + half + away) >> exponent
    return result


def multiply_int64(x: IntLike, multiplier: IntLike, shift: IntLike) -> Int64:
    """x × multiplier × 2^(shift - 31) as TFLite Micro does it for 64-bit accumulators.

    The multiplier is first rounded to 15 bits (half up, saturated); the product is then shifted
    right once, rounded to nearest, ties upwards.

    Args:
        x: values within ±2^47 in any integer type.
        multiplier: Q31 multipliers ≥ 0, broadcast against x.
        shift: -31 to 7, broadcast against x.
    """
    wide = np.asarray(multiplier, dtype=np.int64)
    reduced = np.minimum((wide + (1 << 15)) >> 16, np.int64(0x7FFF))
    total = np.int64(15) - np.asarray(shift, dtype=np.int64)
    product = np.multiply(x, reduced, dtype=np.int64)
    result: Int64 = (product + (np.int64(1) << (total - 1))) >> total
    return result


def multiply_by_quantized_multiplier(x: IntLike, multiplier: IntLike, shift: IntLike) -> Int64:
    """x × multiplier × 2^(shift - 31) with TFLite Micro's two roundings.

    First the doubling high multiply (ties upwards), then the right shift (ties away from zero);
    a positive shift is applied to x before. x × 2^shift must stay inside int32. A negative
    multiplier negates what its magnitude gives (TFLite Micro's LEAKY_RELU), ties included.

    Args:
        x: int32 values in any integer type.
        multiplier: Q31 multipliers, broadcast against x.
        shift: -31 to 30, broadcast against x.
    """
    factor = np.asarray(multiplier, dtype=np.int64)
    amount = np.asarray(shift, dtype=np.int64)
    shifted = np.asarray(x, dtype=np.int64) << np.maximum(amount, 0)
    high = doubling_high_multiply(shifted, np.abs(factor))
    result = rounding_right_shift(high, np.maximum(-amount, 0))
    return np.where(factor < 0, -result, result)
