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
from mcuq.numeric.fixed_point import multiply_by_quantized_multiplier

Bools = npt.NDArray[np.bool_]
Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

Interval = tuple[Int64s, Int64s]
"""Smallest and largest value of each channel."""
ANYTHING: Interval = (np.array([INT8_MIN], np.int64), np.array([INT8_MAX], np.int64))

_INT32 = 1 << 31
_DOUBLED = 1 << 30
"""Some kernels double sums: these must stay below."""
_ONE_HALF = 1 << 30
"""Smallest multiplier that is not 0."""
_OFFSET_LIMIT = 256
"""Above every output zero point, offset included."""


@dataclass(frozen=True)
class Form:
    """How two words hold a channel.

    Attributes:
        bits: of the shift, two's complement, at the end of the first word.
        below: bits below the bias; those above the shift's are zero.
        least, most: shifts.
        is_lane: whether the shift is one to the left, and the second word the multiplier; else the
            shift is one to the right (-1 - left stands for one to the left and for none) and the
            second word 2 × multiplier - 2^32.
    """

    bits: int
    below: int
    least: int
    most: int
    is_lane: bool = False

    def holds(self, bias: Int64s, right: Int64s) -> Bools:
        """Which channels it can hold; right: shifts to the right."""
        room, shift = 1 << (31 - self.below), self.shift(right)
        fits: Bools = (bias >= -room) & (bias < room)
        return fits & (shift >= self.least) & (shift <= self.most)

    def shift(self, right: Int64s) -> Int64s:
        """As it is held."""
        return -right if self.is_lane else np.where(right > 0, right, right - 1)

    def words(self, bias: Int64s, right: Int64s, multipliers: Int64s) -> Int32s:
        """(channels, 2) of channels that it holds; multipliers: Q31, one half and more."""
        first = (bias << self.below) + (self.shift(right) & ((1 << self.bits) - 1))
        second = multipliers if self.is_lane else 2 * multipliers - (1 << 32)
        return np.stack([first, second], axis=1).astype(np.int32)


CHANNEL = Form(bits=8, below=8, least=-32, most=31)
"""`mcuq_channel`: instructions shift by the lowest byte of a register."""
GROUPED = Form(bits=8, below=8, least=-4, most=30)
"""`mcuq_channel_group`: slow groups hold shifts in another way (`packing`), up to 3 to the left."""
LANE = Form(bits=5, below=6, least=-16, most=15, is_lane=True)
"""`mcuq_lane_group`."""


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
        slow: computed channels that are not shifted to the right, or whose output may need more
            than 16 bits before it is saturated.
    """

    words: Int32s
    computed: Bools
    fits: Bools
    slow: Bools

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
    sums: Sums, requantization: Requantization, form: Form, exact: Bools | bool = True
) -> Channels:
    """The words of every channel.

    Args:
        sums: as `reachable` says.
        requantization: of the layer.
        form: of the words.
        exact: channels whose sums the kernel computes exactly.
    """
    multipliers = requantization.multipliers.astype(np.int64)
    right = -requantization.shifts.astype(np.int64)
    value, highest = outputs(sums, requantization)
    constant = value == highest
    fits = _fits(sums, multipliers, right) & form.holds(sums.bias, right)
    computed = exact & fits & ~constant
    # A quarter of the bias, by one half and a shift by 1, is the distance from the zero point.
    words = form.words(
        np.where(computed, sums.bias, 4 * (value - requantization.output_zero_point)),
        np.where(computed, right, 1),
        np.where(computed, multipliers, _ONE_HALF),
    )
    slow = computed & ((right <= 0) | _wide(sums, multipliers, right))
    return Channels(words, computed, computed | constant, slow)


def _wide(sums: Sums, multipliers: Int64s, right: Int64s) -> Bools:
    """Whether an output may need more than 16 bits; of sums that fit."""
    largest = np.minimum(np.maximum(-sums.low, sums.high), _DOUBLED)
    steps = ((largest * multipliers) >> 31) >> np.maximum(right, 0)
    wide: Bools = steps + _OFFSET_LIMIT >= 1 << 15
    return wide


def _fits(sums: Sums, multipliers: Int64s, right: Int64s) -> Bools:
    """Whether nothing leaves int32 on the way from a sum to the output before saturation.

    Sums that fit are below 2^30, by a multiplier below one they do not grow: there is room for the
    zero point and for rounding.
    """
    room = _DOUBLED >> np.maximum(-right, 0)
    fits = (sums.low >= -room) & (sums.high < room)
    fits &= (sums.bias >= -_DOUBLED) & (sums.bias < _DOUBLED)
    fits &= (sums.least >= -_DOUBLED) & (sums.most < _DOUBLED)
    return fits & (multipliers >= _ONE_HALF)
