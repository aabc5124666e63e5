"""Accumulators to int8, vectorized: the last step of every weighted operator.

Both roundings are done in float64, exactly: while |accumulator + bias| < 2^22 its product with a
31-bit multiplier fits the 53-bit mantissa, so each step is the integer one. Accumulators whose
bound is larger are first clipped where that cannot matter, or else take the integer path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.numeric import multiply_by_quantized_multiplier, multiply_int64
from mcuq.ops.weighted_params import RescaleParams

Int8 = npt.NDArray[np.int8]
Float64 = npt.NDArray[np.float64]
Floating = npt.NDArray[Any]

_EXACT = 1 << 22
_BLOCK = 1 << 15
"""Elements handled at a time: the temporaries stay in the cache."""
_STEPS_THAT_SATURATE = 1 << 10


@dataclass(frozen=True, eq=False)
class Requantizer(ByContent):
    """One operator's last step, its per-channel constants made ready.

    Attributes:
        params: multipliers, shifts, offset and bounds.
        bias: int64 (channels,).
        largest: bound of |accumulator| without bias, per channel.
    """

    params: RescaleParams
    bias: npt.NDArray[np.int64]
    largest: Float64

    def __call__(self, accumulator: Floating) -> Int8:
        """clamp(rescale(accumulator + bias) + output offset).

        Args:
            accumulator: integers held in float32 or float64, shape (rows, channels).
        """
        result = np.empty(accumulator.shape, np.int8)
        rows = max(1, _BLOCK // max(1, accumulator.shape[-1]))
        step = self._float_step if self._float_is_exact() else self._integer_step
        for start in range(0, accumulator.shape[0], rows):
            result[start : start + rows] = step(accumulator[start : start + rows])
        return result

    def _float_is_exact(self) -> bool:
        small = np.abs(self.bias) < _EXACT // 2
        bounded = np.minimum(self.largest, self._clip_limit())
        fits = bounded + np.abs(self.bias) < _EXACT
        shifts_right = self.params.shifts <= 0
        return bool((small & fits).all() and shifts_right.all())

    def _clip_limit(self) -> Float64:
        """|accumulator| beyond which the output saturates for certain, bias included."""
        with np.errstate(divide="ignore"):
            factor = self.params.multipliers * 2.0 ** (self.params.shifts.astype(np.float64) - 31)
            return np.abs(self.bias) + np.ceil(_STEPS_THAT_SATURATE / factor)

    def _float_step(self, accumulator: Floating) -> Int8:
        params = self.params
        if (self.largest + np.abs(self.bias) >= _EXACT).any():
            limit = self._clip_limit().astype(accumulator.dtype)
            accumulator = np.clip(accumulator, -limit, limit)
        mantissa = params.multipliers * 2.0**-31
        high = np.multiply(accumulator, mantissa, dtype=np.float64)
        high += self.bias * mantissa + 0.5
        np.floor(high, out=high)
        high *= 2.0 ** params.shifts.astype(np.float64)
        high += np.copysign(0.5, high)
        # Clipping first is harmless: the bounds are integers, and the cast truncates.
        low, top = params.activation_min, params.activation_max
        np.clip(high, low - params.output_offset, top - params.output_offset, out=high)
        result: Int8 = (high.astype(np.int16) + np.int16(params.output_offset)).astype(np.int8)
        return result

    def _integer_step(self, accumulator: Floating) -> Int8:
        params = self.params
        total = accumulator.astype(np.int64) + self.bias
        scaled = multiply_by_quantized_multiplier(total, params.multipliers, params.shifts)
        scaled += params.output_offset
        clipped: Int8 = np.clip(scaled, params.activation_min, params.activation_max).astype(
            np.int8
        )
        return clipped


@dataclass(frozen=True, eq=False)
class Int16Requantizer(ByContent):
    """The last step of an operator with int16 activations: 64-bit sums, one rounding.

    Attributes: as `Requantizer`.
    """

    params: RescaleParams
    bias: npt.NDArray[np.int64]
    largest: Float64

    def __call__(self, accumulator: Floating) -> npt.NDArray[np.int16]:
        """clamp(rescale(accumulator + bias)); accumulators (rows, channels) hold integers."""
        params = self.params
        total = accumulator.astype(np.int64) + self.bias
        scaled = multiply_int64(total, params.multipliers, params.shifts)
        return np.clip(scaled, params.activation_min, params.activation_max).astype(np.int16)


def requantizer(
    params: RescaleParams,
    weight: npt.NDArray[np.int8],
    axis: int,
    bias: npt.NDArray[np.integer] | None,
    activation_bits: int = 8,
) -> Requantizer | Int16Requantizer:
    """The last step of an operator with this filter; `axis` is its output channel dimension."""
    others = tuple(i for i in range(weight.ndim) if i != axis)
    magnitude = np.abs(weight.astype(np.int64)).sum(axis=others)
    channels = weight.shape[axis]
    offset = np.zeros(channels, np.int64) if bias is None else bias.astype(np.int64)
    if activation_bits == 16:
        return Int16Requantizer(params, offset, magnitude * 32768.0)
    return Requantizer(params, offset, magnitude * 255.0)
