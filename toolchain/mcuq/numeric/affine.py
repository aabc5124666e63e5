"""Scales, zero points and the map between reals and integers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.numeric.activation import Activation
from mcuq.numeric.widths import symmetric_limit

INT8_MIN, INT8_MAX = -128, 127
BIAS_LIMIT = (1 << 30) - 1
"""Largest bias magnitude: leaves the accumulator half of int32 for the products."""

_EMPTY_SCALE = np.float32(2.0**-8)
_LEAST_SCALE = np.finfo(np.float32).tiny

Float32 = npt.NDArray[np.float32]


def round_half_away(x: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """C's round(): to nearest, ties away from zero."""
    magnitude = np.abs(x)
    whole = np.floor(magnitude)
    # Adding 0.5 first would round up the largest number below a half.
    rounded: npt.NDArray[np.floating] = np.copysign(whole + (magnitude - whole >= 0.5), x)
    return rounded


def integer_limits(bits: int, *, signed: bool = True) -> tuple[int, int]:
    """Smallest and largest value of an integer: [-2^(n-1), 2^(n-1) - 1], unsigned [0, 2^n - 1]."""
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)


def asymmetric_params(
    low: float, high: float, bits: int = 8, *, signed: bool = True
) -> tuple[np.float32, int]:
    """Scale and zero point for reals in [low, high], widened to hold an exact zero.

    scale = (high - low) / (2^n - 1) in float32; zero point = round(q_min - low / scale), in range.
    q_min is -2^(n-1), or 0 for unsigned storage: the two differ by 2^(n-1) in the zero point and
    in every stored value, in nothing else. An empty range gives scale 2^-8; no scale is
    below 2^-126, the least normal float32.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    lowest, highest = integer_limits(bits, signed=signed)
    if low == high:
        return _EMPTY_SCALE, lowest + (1 << (bits - 1))
    scale = _stored_scale((high - low) / ((1 << bits) - 1.0))
    zero_point = int(np.clip(np.rint(lowest - low / float(scale)), lowest, highest))
    return scale, zero_point


def symmetric_params(low: float, high: float, bits: int = 8) -> tuple[np.float32, int]:
    """Scale and zero point 0 for reals in [-a, a], a = max(|low|, |high|).

    scale = a / (2^(n-1) - 1) in float32. An empty range gives scale 2^-8; no scale is below
    2^-126, the least normal float32.
    """
    largest = max(abs(low), abs(high))
    if largest == 0.0:
        return _EMPTY_SCALE, 0
    return _stored_scale(largest / symmetric_limit(bits)), 0


def _stored_scale(scale: float) -> np.float32:
    """As float32: at least the least normal one, infinite where it is too large."""
    with np.errstate(over="ignore"):
        return max(np.float32(scale), _LEAST_SCALE)


def symmetric_scale(largest: npt.NDArray[np.floating], bits: int) -> Float32:
    """float32 scales that map `largest` (≥ 0, any shape) to the symmetric limit.

    An all-zero channel takes the scale of a unit range: its integers are zero whatever it is,
    and the bias scale stays ordinary.
    """
    positive = np.where(largest > 0, largest, 1.0)
    scale = (positive / symmetric_limit(bits)).astype(np.float32)
    return np.maximum(scale, np.finfo(np.float32).tiny)


def quantize_values(
    real: npt.NDArray[np.floating], scale: np.float32 | Float32, zero_point: int = 0, bits: int = 8
) -> npt.NDArray[Any]:
    """round(real / scale) + zero_point, saturated; ties away from zero, in float32.

    `scale` is a scalar or broadcasts against `real`. Returns int8, or int16 for 16 bits.
    """
    steps = round_half_away(np.asarray(real, dtype=np.float32) / scale)
    low, high = integer_limits(bits)
    stored: npt.NDArray[Any] = np.clip(steps + zero_point, low, high).astype(f"int{bits}")
    return stored


def dequantize(
    values: npt.NDArray[np.integer], scale: np.float32 | Float32, zero_point: int = 0
) -> Float32:
    """scale × (values - zero_point) in float32; `scale` broadcasts against `values`."""
    real: Float32 = (values.astype(np.int32) - zero_point).astype(np.float32) * scale
    return real


def quantize_bias(real: npt.NDArray[np.floating], scale: Float32) -> npt.NDArray[np.int32]:
    """int32 bias: round(real / scale), ties away from zero, saturated to ±(2^30 - 1).

    Args:
        real: bias, shape (channels,).
        scale: input scale × weight scale, shape (channels,) or (1,).
    """
    steps = round_half_away(np.asarray(real, dtype=np.float64) / scale.astype(np.float64))
    bias: npt.NDArray[np.int32] = np.clip(steps, -BIAS_LIMIT, BIAS_LIMIT).astype(np.int32)
    return bias


def activation_bounds(
    activation: Activation, scale: np.float32, zero_point: int, bits: int = 8
) -> tuple[int, int]:
    """Smallest and largest output of a fused activation, at the output's scale.

    The real bounds are divided in float32 and rounded half away, as TFLite does; those beyond the
    integers are not needed.
    """
    low, high = activation.bounds

    def step(real: float) -> int:
        with np.errstate(over="ignore"):
            steps = round_half_away(np.float32(real) / np.asarray(scale))
        return zero_point + int(np.clip(steps, -(1 << bits), 1 << bits))

    lowest, highest = integer_limits(bits)
    lower = lowest if low is None else max(lowest, step(low))
    upper = highest if high is None else min(highest, step(high))
    return lower, upper
