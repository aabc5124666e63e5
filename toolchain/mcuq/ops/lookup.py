"""int8 functions of one argument as tables of 256 entries, in TFLite Micro's own arithmetic."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mcuq.numeric import (
    INT8_MAX,
    INT8_MIN,
    dequantize,
    elementary,
    input_radius,
    logistic,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    quantize_values,
    round_half_away,
    rounding_right_shift,
    tanh,
)
from mcuq.numeric.inverse_root import inverse_root
from mcuq.numeric.tensor import AffineParams

Int64 = npt.NDArray[np.int64]
"""A table: shape (256,), the outputs for the inputs -128 … 127."""

INPUTS = np.arange(INT8_MIN, INT8_MAX + 1, dtype=np.int64)
_INPUT_BITS = 4
"""Integer bits of the argument of LOGISTIC and TANH."""


ROOT_BITS = 20
"""Fractional bits of the root of an integer."""


def _saturate(x: Int64) -> Int64:
    clipped: Int64 = np.clip(x, INT8_MIN, INT8_MAX)
    return clipped


def relu_table(source: AffineParams, result: AffineParams) -> Int64:
    """max(x, 0), rescaled."""
    factor = float(source.scale) / float(result.scale)
    scaled = multiply_by_quantized_multiplier(
        INPUTS - source.zero_point, *quantize_multiplier(factor)
    )
    clipped: Int64 = np.clip(scaled + result.zero_point, result.zero_point, INT8_MAX)
    return clipped


def relu6_table(source: AffineParams, result: AffineParams) -> Int64:
    """Clamped to 0 … 6 in the input's own integers."""
    six = int(quantize_values(np.array(6.0), source.scale, source.zero_point))
    clipped: Int64 = np.clip(INPUTS, source.zero_point, six)
    return clipped


def leaky_relu_table(alpha: float, source: AffineParams, result: AffineParams) -> Int64:
    """x from 0 on, alpha × x below, rescaled."""
    x = INPUTS - source.zero_point
    above = quantize_multiplier(float(source.scale) / float(result.scale))
    below = quantize_multiplier(float(source.scale) * alpha / float(result.scale))
    scaled = np.where(
        x >= 0,
        multiply_by_quantized_multiplier(x, *above),
        multiply_by_quantized_multiplier(x, *below),
    )
    return _saturate(scaled + result.zero_point)


def _sigmoidal(
    function: Callable[[Int64, int], Int64], source: AffineParams, fraction_bits: int, offset: int
) -> Int64:
    """LOGISTIC and TANH: the argument in Q4.27, saturated beyond what that holds."""
    mantissa, shift = math.frexp(float(source.scale) * (1 << (31 - _INPUT_BITS)))
    multiplier = int(mantissa * (1 << 31) + 0.5)
    radius = input_radius(_INPUT_BITS, shift)
    x = INPUTS - source.zero_point
    inside = np.abs(x) < radius
    argument = multiply_by_quantized_multiplier(np.where(inside, x, 0), multiplier, shift)
    value = rounding_right_shift(function(argument, _INPUT_BITS), 31 - fraction_bits)
    # A radius of 0 sends 0 itself to the low end: TFLite compares with that end first.
    outside = np.where(x <= -radius, INT8_MIN, INT8_MAX)
    return np.where(inside, _saturate(value + offset), outside)


def logistic_table(source: AffineParams, result: AffineParams) -> Int64:
    """1 / (1 + exp(-x)) in steps of 1/256."""
    return _sigmoidal(logistic, source, 8, -128)


def tanh_table(source: AffineParams, result: AffineParams) -> Int64:
    """tanh(x) in steps of 1/128."""
    return _sigmoidal(tanh, source, 7, 0)


def hard_swish_table(source: AffineParams, result: AffineParams) -> Int64:
    """x × relu6(x + 3) / 6 in 16-bit fixed point."""
    hires_scale = float(source.scale) / 128
    out_multiplier, out_shift = _int16_multiplier(hires_scale / float(result.scale))
    relu_multiplier, relu_shift = _int16_multiplier(hires_scale / (3 / 32768))
    hires = (INPUTS - source.zero_point) << 7
    on_output_scale = _high_multiply16(hires, out_multiplier)
    gate = hires
    if relu_shift > 0:
        gate = _saturate16(gate << (relu_shift - 1))
    gate = _high_multiply16(gate, relu_multiplier)
    if relu_shift > 0:
        gate = _saturate16(gate << 1)
    if relu_shift < 0:
        gate = _right_shift16(gate, -relu_shift)
    gate = (gate + (1 << 15)) >> 1
    # This product is truncated towards zero, not rounded.
    product = gate * on_output_scale
    truncated = np.sign(product) * (np.abs(product) >> 15)
    return _saturate(_right_shift16(truncated, -out_shift) + result.zero_point)


def _int16_multiplier(real: float) -> tuple[int, int]:
    multiplier, shift = quantize_multiplier(real)
    return min((multiplier + (1 << 15)) >> 16, (1 << 15) - 1), shift


def _high_multiply16(a: Int64, b: int) -> Int64:
    """SaturatingRoundingDoublingHighMul of int16: ties upwards."""
    high: Int64 = (a * b + (1 << 14)) >> 15
    return high


def _right_shift16(x: Int64, exponent: int) -> Int64:
    """RoundingDivideByPOT of int16.

    From exponent 16 on, its mask of shifted-out bits wraps to -1 and it gives ±1, never 0. That
    happens where the output's scale is some 500 times the input's.
    """
    if exponent < 16:
        return rounding_right_shift(x, exponent)
    return np.where(x < 0, np.int64(-1), np.int64(1))


def _saturate16(x: Int64) -> Int64:
    clipped: Int64 = np.clip(x, -(1 << 15), (1 << 15) - 1)
    return clipped


def abs_table(source: AffineParams, result: AffineParams) -> Int64:
    """|x|, rescaled; where both scales are equal the factor is exactly 1."""
    factor = quantize_multiplier(float(source.scale) / float(result.scale))
    magnitude = np.abs(INPUTS - source.zero_point)
    return _saturate(multiply_by_quantized_multiplier(magnitude, *factor) + result.zero_point)


def inverse_root_factor(source: AffineParams, result: AffineParams) -> float:
    """The factor of 1 / √(integer)."""
    return 1 / (math.sqrt(float(source.scale)) * float(result.scale))


def integer_roots(x: Int64) -> Int64:
    """2^20 / √x of integers."""
    mantissas, exponents = inverse_root(x)
    return multiply_by_quantized_multiplier(1, mantissas, exponents + ROOT_BITS)


def rsqrt_table(source: AffineParams, result: AffineParams) -> Int64:
    """1 / √x; the largest output for the zero point, and below it, where nothing is defined."""
    x = INPUTS - source.zero_point
    roots = integer_roots(x)
    multiplier, shift = quantize_multiplier(inverse_root_factor(source, result))
    scaled = multiply_by_quantized_multiplier(roots, multiplier, shift - ROOT_BITS)
    return np.where(x <= 0, INT8_MAX, _saturate(scaled + result.zero_point))


def dequantized(source: AffineParams) -> npt.NDArray[np.float64]:
    """What the 256 inputs stand for: float32 numbers, in double precision.

    A function of them is then rounded once to float32, as the C library's is.
    """
    x: npt.NDArray[np.float64] = dequantize(INPUTS, source.scale, source.zero_point).astype(
        np.float64
    )
    return x


def divided_table(values: npt.NDArray[np.float64], result: AffineParams) -> Int64:
    """The values, quantized as QUANTIZE does it: divided by the scale.

    What is no number takes the least integer, as what is infinitely small.
    """
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        real = np.where(np.isnan(values), -np.inf, values).astype(np.float32)
        stored = quantize_values(real, result.scale, result.zero_point)
    return stored.astype(np.int64)


def multiplied_table(values: npt.NDArray[np.float64], result: AffineParams) -> Int64:
    """The values, quantized as TensorFlow Lite fills its tables: times one over the scale."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        steps = round_half_away(values.astype(np.float32) * (np.float32(1) / result.scale))
    # Scales that leave float32 are refused by `fits`; their tables only have to exist.
    bounded = np.nan_to_num(np.clip(steps + np.float32(result.zero_point), INT8_MIN, INT8_MAX))
    table: Int64 = bounded.astype(np.int64)
    return table


def elu_table(source: AffineParams, result: AffineParams) -> Int64:
    """exp(x) - 1 below zero, x from there on: in float32, rounded half away from zero."""
    x = dequantized(source)
    power = elementary.exp(np.minimum(x, 0)).astype(np.float32)
    return multiplied_table(np.where(x < 0, power - np.float32(1), x), result)
