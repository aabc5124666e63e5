"""Requantization folded into the words of `mcuq_channel`, exactly, or not at all.

Every output channel is judged alone, by the interval that its sums can reach over all inputs. A
channel whose output is the same at both ends of it is constant, since requantization is monotone:
dead channels (weights near nothing, whose biases and multipliers are extreme) are. Of the others,
those whose intermediate values could leave int32 in the kernels are left out by name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.numeric import INT8_MAX, INT8_MIN
from mcuq.numeric.fixed_point import doubling_high_multiply, multiply_by_quantized_multiplier

Bools = npt.NDArray[np.bool_]
Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

Interval = tuple[Int64s, Int64s]
"""Smallest and largest value of each channel."""
ANYTHING: Interval = (np.array([INT8_MIN], np.int64), np.array([INT8_MAX], np.int64))

_INT32 = 1 << 31
_DOUBLED = 1 << 30
"""The kernels double sums: these must stay below."""
_OFFSET_LIMIT = 256
"""Above every output zero point, offset included."""


@dataclass(frozen=True, eq=False)
class Requantization:
    """What turns a layer's sums into int8.

    Attributes:
        bias: int32, one an output channel.
        multipliers: Q31, one an output channel (see `mcuq.numeric`).
        shifts: positive to the left, one an output channel.
        input_zero_point: folded into the bias.
        output_zero_point: folded into the rounding.
        activation: smallest and largest output.
        inputs: smallest and largest value of each input channel, int64 (input channels,), or (1,)
            for all; padding included.
    """

    bias: Int32s
    multipliers: Int32s
    shifts: Int32s
    input_zero_point: int
    output_zero_point: int
    activation: tuple[int, int] = (INT8_MIN, INT8_MAX)
    inputs: Interval = ANYTHING


@dataclass(frozen=True, eq=False)
class Sums:
    """Smallest and largest sum of each channel over all inputs, int64 (channels,).

    `least` and `most` are without, `low` and `high` with the folded bias.
    """

    bias: Int64s
    least: Int64s
    most: Int64s

    @property
    def low(self) -> Int64s:
        return self.bias + self.least

    @property
    def high(self) -> Int64s:
        return self.bias + self.most


@dataclass(frozen=True, eq=False)
class Channels:
    """What `fold` makes of a layer.

    Attributes:
        words: int32 (channels, 4): doubled bias, multiplier, rounding, shift.
        sums: what the channels can reach.
        constant: channels whose output is the same for every input; their sums do not count.
    fits: channels that the words compute exactly, constant ones included.
    """

    words: Int32s
    fits: Bools
    wide: Bools


def reachable(weights: Int8s, requantization: Requantization, *, depthwise: bool = False) -> Sums:
    """What the sums over raw inputs can be.

    Args:
        weights: int8 (channels, …, inputs), or depthwise (channels, taps).
        requantization: of the layer.
        depthwise: each channel reads the input channel of its number.
    """
    wide = weights.astype(np.int64)
    others = tuple(range(1, wide.ndim))
    low, high = (ends[:, None] if depthwise else ends for ends in requantization.inputs)
    positive, negative = np.maximum(wide, 0), np.minimum(wide, 0)
    return Sums(
        requantization.bias - requantization.input_zero_point * wide.sum(axis=others),
        (positive * low + negative * high).sum(axis=others),
        (positive * high + negative * low).sum(axis=others),
    )


def outputs(sums: Sums, requantization: Requantization) -> Interval:
    """Smallest and largest output of each channel, as a layer computes it exactly."""
    multipliers = requantization.multipliers.astype(np.int64)
    shifts = requantization.shifts.astype(np.int64)
    room = _INT32 >> np.maximum(shifts, 0)
    defined = (sums.low >= -room) & (sums.high < room) | (multipliers == 0)
    low, high = requantization.activation

    def output(sum_: Int64s, otherwise: int) -> Int64s:
        known = np.where(defined & (multipliers != 0), sum_, 0)
        scaled = multiply_by_quantized_multiplier(known, multipliers, shifts)
        clamped = np.clip(scaled + requantization.output_zero_point, low, high)
        return np.where(defined, clamped, otherwise)

    return output(sums.low, low), output(sums.high, high)


def fold(
    sums: Sums, requantization: Requantization, exact: Bools | bool = True, *, offset: int = 0
) -> Channels:
    """The words of every channel.

    Args:
        sums: as `reachable` says.
        requantization: of the layer.
        exact: channels whose sums the kernel computes exactly.
        offset: added to outputs before they are saturated.
    """
    multipliers = requantization.multipliers.astype(np.int64)
    shifts = requantization.shifts.astype(np.int64)
    value, highest = outputs(sums, requantization)
    constant = value == highest
    zero_point = requantization.output_zero_point + offset
    right = np.maximum(-shifts, 0)
    rounding = np.where(right > 0, (1 << right >> 1) + (zero_point << right), zero_point)
    wide = _wide(sums, multipliers, right)
    computed = exact & _fits(sums, multipliers, shifts, rounding) & ~(constant & wide)
    words = np.stack([2 * sums.bias, multipliers, rounding, -shifts], axis=1)
    # (0 + 2 × value + 1) >> 1, also where a channel is left out.
    fixed = np.stack([0 * value, 0 * value, 2 * (value + offset) + 1, 0 * value + 1], axis=1)
    chosen = np.where(computed[:, None], words, fixed)
    return Channels(chosen.astype(np.int32), computed | constant, computed & wide)


def _wide(sums: Sums, multipliers: Int64s, right: Int64s) -> Bools:
    """See `Channels`; of sums that fit."""
    largest = np.minimum(np.maximum(-sums.low, sums.high), _DOUBLED)
    steps = ((largest * multipliers) >> 31) >> right
    wide: Bools = (right == 0) | (steps + _OFFSET_LIMIT >= 1 << 15)
    return wide


def _fits(sums: Sums, multipliers: Int64s, shifts: Int64s, rounding: Int64s) -> Bools:
    """Whether nothing leaves int32 on the way from a sum to the output before saturation."""
    room = _DOUBLED >> np.maximum(shifts, 0)
    low, high = sums.low, sums.high
    fits = (low >= -room) & (high < room) & (sums.bias >= -_DOUBLED) & (sums.bias < _DOUBLED)
    fits &= (sums.least >= -_DOUBLED) & (sums.most < _DOUBLED)
    kept = np.where(fits, 1, 0)
    left = np.maximum(shifts, 0)
    first = doubling_high_multiply(low * kept << left, multipliers) - 1 + rounding
    last = doubling_high_multiply(high * kept << left, multipliers) + rounding
    return fits & (first >= -_INT32) & (last < _INT32) & (np.abs(rounding) < _INT32)
