"""Requantization folded into the two words of a channel, exactly, or not at all.

The first word holds the bias with the input's zero point folded in and, in its lowest bits, the
shift; the second the multiplier (`mcuq_channel`, `mcuq_channel_group`, `mcuq_lane_group`). The
output's zero point is the layer's, in its structure.

Every output channel is judged alone, by the interval that its sums can reach over all inputs. A
channel whose output is the same at both ends of it is constant, since requantization is monotone:
dead channels (weights near nothing, whose biases and multipliers are extreme) are. They get weights
of zero and a bias that gives their output. Of the others, those whose numbers do not fit their
bits, or whose intermediate values could leave int32 in the kernels, are left out by name. Bits are
chosen so that hardly any are: where an output is not constant, its bias is at most the largest sum
and 2^(shift + 9).
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


@dataclass(frozen=True)
class Field:
    """Where a channel's first word holds the shift.

    Attributes:
        bits: of the shift, two's complement.
        below: bits below the bias; those above the shift's are zero.
        down: whether it is shift - 1, to the right, else the shift to the left.
    """

    bits: int
    below: int
    down: bool = True

    def holds(self, bias: Int64s, right: Int64s) -> Bools:
        """Which channels it can hold; right: shifts to the right."""
        room, half = 1 << (31 - self.below), 1 << (self.bits - 1)
        value = self.value(right)
        fits: Bools = (bias >= -room) & (bias < room) & (value >= -half) & (value < half)
        return fits

    def value(self, right: Int64s) -> Int64s:
        return right - 1 if self.down else -right

    def words(self, bias: Int64s, right: Int64s) -> Int64s:
        """First words of channels that it holds."""
        return (bias << self.below) + (self.value(right) & ((1 << self.bits) - 1))


COLUMNS = Field(bits=5, below=6)
"""`mcuq_channel`."""
LANES = Field(bits=5, below=6, down=False)
"""`mcuq_lane_group`."""
DEPTHWISE = Field(bits=6, below=9)
"""`mcuq_channel_group`: sums of few taps are small, and a byte shifts without being cut out."""


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
        words: int32 (channels, 2).
        computed: channels whose sums count; the others' weights have to be zero.
        fits: channels that the words compute exactly: computed and constant ones.
        left: computed channels that are not shifted to the right.
        wide: computed channels of which twice the output may need more than 16 bits before it is
            saturated.
    """

    words: Int32s
    computed: Bools
    fits: Bools
    left: Bools
    wide: Bools

    def meant(self, rows: Int8s) -> Int8s:
        """The weights (channels, …) with zeros for those that do not count."""
        kept = self.computed.reshape(-1, *(1,) * (rows.ndim - 1))
        return np.where(kept, rows, np.int8(0))


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
    sums: Sums,
    requantization: Requantization,
    field: Field,
    exact: Bools | bool = True,
    *,
    offset: int = 0,
) -> Channels:
    """The words of every channel.

    Args:
        sums: as `reachable` says.
        requantization: of the layer.
        field: where the first word holds the shift.
        exact: channels whose sums the kernel computes exactly.
        offset: added to outputs before they are saturated.
    """
    multipliers = requantization.multipliers.astype(np.int64)
    right = -requantization.shifts.astype(np.int64)
    value, highest = outputs(sums, requantization)
    constant = value == highest
    centre = 2 * (requantization.output_zero_point + offset) + 1
    fits = _fits(sums, multipliers, right, centre) & field.holds(sums.bias, right)
    computed = exact & fits & ~constant
    # 2 × bias × 2^30 / 2^32, shifted by 1, is the distance from the zero point.
    bias = np.where(computed, sums.bias, 4 * (value - requantization.output_zero_point))
    shift = np.where(computed, right, 1)
    factor = np.where(computed, multipliers, 1 << 30)
    words = np.stack([field.words(bias, shift), factor], axis=1).astype(np.int32)
    wide = _wide(sums, multipliers, right)
    return Channels(words, computed, computed | constant, computed & (right <= 0), computed & wide)


def _wide(sums: Sums, multipliers: Int64s, right: Int64s) -> Bools:
    """See `Channels`; of sums that fit."""
    largest = np.minimum(np.maximum(-sums.low, sums.high), _DOUBLED)
    twice = ((largest * multipliers) >> 31) >> np.maximum(right - 1, 0)
    # One for rounding, one for the sign that is taken off.
    wide: Bools = twice + 2 >= 1 << 15
    return wide


def _fits(sums: Sums, multipliers: Int64s, right: Int64s, centre: int) -> Bools:
    """Whether nothing leaves int32 on the way from a sum to the output before saturation."""
    left = np.maximum(-right, 0)
    room = _DOUBLED >> left
    low, high = sums.low, sums.high
    fits = (low >= -room) & (high < room) & (sums.bias >= -_DOUBLED) & (sums.bias < _DOUBLED)
    fits &= (sums.least >= -_DOUBLED) & (sums.most < _DOUBLED)
    kept = np.where(fits, 1, 0)
    rounding = np.where(right > 0, centre << np.maximum(right - 1, 0), centre >> 1)
    first = doubling_high_multiply(low * kept << left, multipliers) - 1 + rounding
    last = doubling_high_multiply(high * kept << left, multipliers) + rounding
    return fits & (first >= -_INT32) & (last < _INT32) & (np.abs(rounding) < _INT32)
