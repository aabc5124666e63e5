"""Weights re-ordered for the `mcuq_*` kernels, and requantization folded into channel words.

The layout is described in firmware/include/mcuq_weighted.h: groups of four output channels,
inputs in fours taken as the pairs (0, 2) and (1, 3), the channels of a group nested in one int16
so that one dual multiply-accumulate works on several of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from mcuq.emit.narrow import crumb_words, pack_narrow
from mcuq.numeric.widths import TERNARY

Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

GROUP = 4
"""Output channels that are computed together; also the inputs that one word holds."""

GROUP_WIDE = 256
"""Added to the first shift word of a depthwise group in which some shift is not to the right."""

_PAIRS = np.array([[0, 2], [1, 3]])
"""The inputs of a four in the order in which SXTB16 unpacks them."""

_INPUT_LIMIT = 128
"""Largest size of an input value."""


class UnpackableError(ValueError):
    """The fast kernels cannot hold this layer's sums; the portable ones can."""


@dataclass(frozen=True, eq=False)
class PackedLayer:
    """What a fast kernel reads from flash.

    Attributes:
        weights: int32 words.
        channels: int32, (output channels, 4): `mcuq_channel` of mcuq_kernels.h; for depthwise
            layers (groups of four channels, 16): `mcuq_channel_group`.
    """

    weights: Int32s
    channels: Int32s


@dataclass(frozen=True, eq=False)
class Requantization:
    """What turns a layer's sums into int8.

    Attributes:
        bias: int32, one an output channel.
        multipliers: Q31, one an output channel (see `mcuq.numeric`).
        shifts: positive to the left, one an output channel.
        input_zero_point: folded into the bias.
        output_zero_point: folded into the rounding.
    """

    bias: Int32s
    multipliers: Int32s
    shifts: Int32s
    input_zero_point: int
    output_zero_point: int


def pack_convolution(
    weights: Int8s, bits: int, requantization: Requantization, *, dilation_x: int = 1
) -> PackedLayer:
    """Pack a CONV_2D filter for `mcuq_conv_s8/_s4` (1×1: `mcuq_pointwise_s8/_s4`).

    Args:
        weights: int8 (outputs, height, width, inputs).
        bits: 8, 4, 2 or TERNARY.
        requantization: of the layer.
        dilation_x: with 1 the taps of a window row are one run of bytes, else each is its own.

    Raises:
        UnpackableError: sums could leave the range that the packed form can hold.
    """
    outputs, height, width, inputs = weights.shape
    runs = height if dilation_x == 1 else height * width
    rows = _pad(weights.reshape(outputs, runs, height * width * inputs // runs), axis=2)
    return _pack_rows(rows.reshape(outputs, -1), bits, requantization)


def pack_dense(weights: Int8s, bits: int, requantization: Requantization) -> PackedLayer:
    """Pack a FULLY_CONNECTED filter for `mcuq_dense_s8/_s4` (or `mcuq_pointwise_*` over rows).

    Args:
        weights: int8 (outputs, depth).
        bits: 8, 4, 2 or TERNARY.
        requantization: of the layer; multipliers and shifts one an output.

    Raises:
        UnpackableError: sums could leave the range that the packed form can hold.
    """
    return _pack_rows(_pad(weights, axis=1), bits, requantization)


def pack_depthwise(weights: Int8s, bits: int, requantization: Requantization) -> PackedLayer:
    """Pack a DEPTHWISE_CONV_2D filter of depth multiplier 1 for `mcuq_depthwise_s8/_s4`.

    Args:
        weights: int8 (1, height, width, channels).
        bits: 8, 4, 2 or TERNARY.
        requantization: of the layer.

    Raises:
        UnpackableError: sums could leave the range that requantization can take.
    """
    rows = weights.reshape(-1, weights.shape[3]).T
    # Outputs leave the kernel in offset binary: + 128.
    offset = replace(requantization, output_zero_point=requantization.output_zero_point + 128)
    channels = _channel_groups(*_channels(rows, offset))
    # (group, tap, channel of the group)
    groups = _pad(rows, axis=0).reshape(-1, GROUP, rows.shape[1]).transpose(0, 2, 1)
    if bits == 8:
        words = np.ascontiguousarray(groups).view("<i4").ravel()
        return PackedLayer(words.astype(np.int32), channels)
    if bits < 4:
        return PackedLayer(pack_narrow(groups, bits), channels)
    nibbles = (groups.astype(np.uint16) + 8) & 0xF
    halves = (nibbles << np.arange(0, 16, 4, dtype=np.uint16)).sum(axis=2, dtype=np.uint16)
    packed = np.pad(halves.ravel(), (0, halves.size % 2)).astype("<u2").view("<i4")
    return PackedLayer(packed.astype(np.int32), channels)


def can_expand(taps: int, channels: int) -> bool:
    """Whether `mcuq_depthwise_expanded_*` takes a layer."""
    return taps == 9 and channels % GROUP == 0


def depthwise_scratch(
    taps: int, channels: int, bits: int, *, expanded: bool = False, address_bytes: int = 4
) -> int:
    """Scratch bytes of `mcuq_depthwise_*`: tap addresses and moves, a padding pixel, weights.

    Args:
        taps: of the kernel, height × width.
        channels: of the layer.
        bits: of the weights; narrow ones are unpacked to int8.
        expanded: of `mcuq_depthwise_expanded_*`, which unpack all weights to int16.
        address_bytes: of the machine.
    """
    weights = taps * _round_up(channels) * (2 if expanded else 1)
    held = weights if expanded or bits < 8 else 0
    unpacked = crumb_words(weights) * 4 if bits == TERNARY else 0
    return 2 * address_bytes * taps + _round_up(channels) + held + unpacked


def padded_depth(kernel: tuple[int, int], inputs: int, dilation_x: int = 1) -> int:
    """Elements of an unpacked column of `mcuq_conv_*`: runs rounded up to multiples of four."""
    height, width = kernel
    if dilation_x == 1:
        return height * _round_up(width * inputs)
    return height * width * _round_up(inputs)


def column_scratch(depth: int) -> int:
    """Scratch bytes of `mcuq_conv_*` and `mcuq_pointwise_*` for columns of `depth` elements."""
    return 8 + 4 * _round_up(depth)


def _channels(rows: Int8s, requantization: Requantization) -> tuple[Int32s, Int64s]:
    """(outputs, 4) words (doubled bias, multiplier, rounding, shift) and bounds of the sums.

    Raises:
        UnpackableError: a sum, doubled and shifted left, could leave int32.
    """
    wide = rows.astype(np.int64)
    bias = requantization.bias.astype(np.int64)
    bias = bias - requantization.input_zero_point * wide.sum(axis=1)
    bounds = np.abs(bias) + _INPUT_LIMIT * np.abs(wide).sum(axis=1)
    words = [
        _channel(int(b), int(bound), int(m), int(s), requantization.output_zero_point)
        for b, bound, m, s in zip(
            bias, bounds, requantization.multipliers, requantization.shifts, strict=True
        )
    ]
    return np.array(words, np.int32).reshape(-1, 4), bounds


def _channel_groups(words: Int32s, bounds: Int64s) -> Int32s:
    """`mcuq_channel_group` words, (groups, 16), from one channel's words a row."""
    high = (bounds * words[:, 1].astype(np.int64)) >> 31
    value = (high >> np.clip(words[:, 3], 0, 31)) + 256
    slow = (words[:, 3] <= 0) | (value >= 1 << 15)
    missing = -len(words) % GROUP
    padded = np.pad(words, ((0, missing), (0, 0))).reshape(-1, GROUP, 4)
    marked = np.pad(slow, (0, missing)).reshape(-1, GROUP).any(axis=1)
    padded[marked, 0, 3] = (padded[marked, 0, 3] & 0xFF) | GROUP_WIDE
    biases = padded[:, :, 0]
    outputs = padded[:, :, 1:].reshape(-1, 3 * GROUP)
    return np.concatenate([biases, outputs], axis=1).astype(np.int32)


def _channel(
    bias: int, bound: int, multiplier: int, shift: int, zero_point: int
) -> tuple[int, int, int, int]:
    """One channel's words; `bound` is the largest size of its sum."""
    if (bound << max(shift, 0)) >= 1 << 30:
        raise UnpackableError("a channel's sums exceed 30 bits")
    if shift >= 0:
        return 2 * bias, multiplier, zero_point, -shift
    right = -shift
    high = (bound * multiplier >> 31) + 1
    if high < 1 << (right - 1):
        # Every sum rounds to nothing: a constant output needs no wide rounding word.
        return 0, 0, zero_point, 0
    rounding = (1 << (right - 1)) + (zero_point << right)
    if high + abs(rounding) >= 1 << 31:
        raise UnpackableError("a channel's zero point exceeds 31 bits before its shift")
    return 2 * bias, multiplier, rounding, right


def _pack_rows(rows: Int8s, bits: int, requantization: Requantization) -> PackedLayer:
    """Pack rows whose length is a multiple of four."""
    channels, _ = _channels(rows, requantization)
    groups = _pad(rows, axis=0).astype(np.int64)
    groups = groups.reshape(-1, GROUP, rows.shape[1] // GROUP, GROUP)
    _check_range(groups, bits)
    # (group, four, pair, half, channel of the group)
    halves = groups[:, :, :, _PAIRS].transpose(0, 2, 3, 4, 1)
    if bits < 4:
        return PackedLayer(pack_narrow(halves, bits), channels)
    a, b, c, d = (halves[..., i] for i in range(GROUP))
    if bits == 8:
        nested = np.stack([256 * b + a, 256 * d + c], axis=-2)
    else:
        nested = 4096 * d + 256 * (c + 8) + 16 * (b + 8) + (a + 8)
    words = nested.astype("<i2").ravel().view("<i4").astype(np.int32)
    return PackedLayer(words, channels)


def _check_range(groups: npt.NDArray[np.int64], bits: int) -> None:
    """The difference of two nested sums must fit int32: radix × Σ |weight| × 128 < 2^31."""
    sizes = np.abs(groups).sum(axis=(2, 3))
    radix = np.array([1, 256, 1, 256]) if bits == 8 else np.array([1, 16, 256, 4096])
    if (sizes * radix * _INPUT_LIMIT).max(initial=0) >= 1 << 31:
        raise UnpackableError("a channel's weights are too large for nested sums")


def _round_up(value: int) -> int:
    return -(-value // GROUP) * GROUP


def _pad(values: Int8s, axis: int) -> Int8s:
    """Zeros appended along `axis` up to a multiple of four."""
    missing = [(0, 0)] * values.ndim
    missing[axis] = (0, -values.shape[axis] % GROUP)
    return np.pad(values, missing)
