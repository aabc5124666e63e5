"""Weights re-ordered for the `mcuq_*` kernels, and requantization folded into channel words.

The layout is described in firmware/include/mcuq_columns.h: groups of four output channels,
inputs in fours taken as the pairs (0, 2) and (1, 3), the channels of a group nested in one int16
so that one dual multiply-accumulate works on several of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.lower import slow
from mcuq.lower.channels import (
    CHANNEL,
    GROUPED,
    Bools,
    Channels,
    Requantization,
    Sums,
    fold,
    reachable,
)
from mcuq.lower.sub_byte import pack_sub_byte, two_bit_words
from mcuq.numeric.widths import TERNARY

Int8s = npt.NDArray[np.int8]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

GROUP = 4
"""Output channels that are computed together; also the inputs that one word holds."""

GROUP_SLOW = 128
"""Set in the first words of a depthwise group with a slow channel (see `Channels`), else clear."""

_PAIRS = np.array([[0, 2], [1, 3]])
"""The inputs of a four in the order in which SXTB16 unpacks them."""

_RADIX = {8: (1, 256, 1, 256), 4: (1, 16, 256, 4096)}
"""Places of a group's four channels in a nested sum; narrower weights are unpacked to int4."""


class UnpackableError(ValueError):
    """The fast kernels cannot hold this layer, the portable ones can; says what does not fit."""


@dataclass(frozen=True, eq=False)
class PackedLayer:
    """What a fast kernel reads from flash.

    Attributes:
        weights: int32 words.
        channels: int32, (output channels, 2): `mcuq_channel` of mcuq_kernels.h; for depthwise
            layers (groups of four channels, 8): `mcuq_channel_group`.
        rest: output channels that the packed form cannot hold, ascending. What comes out for them
            has no meaning: `mcuq_rest_*` writes them afterwards.
    """

    weights: Int32s
    channels: Int32s
    rest: tuple[int, ...] = ()


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
        UnpackableError: more than half of the channels would be left out.
    """
    outputs, height, width, inputs = weights.shape
    runs = height if dilation_x == 1 else height * width
    rows = _pad(weights.reshape(outputs, runs, height * width * inputs // runs), axis=2)
    sums = reachable(weights, requantization)
    return _pack_rows(rows.reshape(outputs, -1), bits, requantization, sums)


def pack_dense(weights: Int8s, bits: int, requantization: Requantization) -> PackedLayer:
    """Pack a FULLY_CONNECTED filter for `mcuq_dense_s8/_s4` (or `mcuq_pointwise_*` over rows).

    Args:
        weights: int8 (outputs, depth).
        bits: 8, 4, 2 or TERNARY.
        requantization: of the layer; multipliers and shifts one an output.

    Raises:
        UnpackableError: more than half of the channels would be left out.
    """
    sums = reachable(weights, requantization)
    return _pack_rows(_pad(weights, axis=1), bits, requantization, sums)


def pack_plain(weights: Int8s) -> Int32s | None:
    """Words of int8 (outputs, depth) for `mcuq_dot_4x1_s8`, without channels; None where any of
    their nested sums over int8 inputs could be inexact.

    Args:
        weights: a multiple of four outputs.
    """
    largest = 128 * np.abs(weights.astype(np.int64)).sum(axis=1)
    if not _nest(weights, 8, Sums(0 * largest, -largest, largest)).all():
        return None
    return _words(_halves(_pad(weights, axis=1)), 8)


def pack_depthwise(weights: Int8s, bits: int, requantization: Requantization) -> PackedLayer:
    """Pack a DEPTHWISE_CONV_2D filter of depth multiplier 1 for `mcuq_depthwise_s8/_s4`.

    Args:
        weights: int8 (1, height, width, channels).
        bits: 8, 4, 2 or TERNARY.
        requantization: of the layer.

    Raises:
        UnpackableError: more than half of the channels would be left out.
    """
    rows = weights.reshape(-1, weights.shape[3]).T
    folded = fold(reachable(rows, requantization, depthwise=True), requantization, GROUPED)
    rest = left_out(~folded.fits)
    channels = _channel_groups(folded)
    rows = folded.meant(rows)
    # (group, tap, channel of the group)
    groups = _pad(rows, axis=0).reshape(-1, GROUP, rows.shape[1]).transpose(0, 2, 1)
    if bits == 8:
        words = np.ascontiguousarray(groups).view("<i4").ravel()
        return PackedLayer(words.astype(np.int32), channels, rest)
    if bits < 4:
        return PackedLayer(pack_sub_byte(groups, bits, plus_two=True), channels, rest)
    nibbles = (groups.astype(np.uint16) + 8) & 0xF
    halves = (nibbles << np.arange(0, 16, 4, dtype=np.uint16)).sum(axis=2, dtype=np.uint16)
    packed = np.pad(halves.ravel(), (0, halves.size % 2)).astype("<u2").view("<i4")
    return PackedLayer(packed.astype(np.int32), channels, rest)


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
    weights = taps * _round_up(channels)
    held = 2 * weights if expanded else weights if bits < 8 else 0
    # An even number of words, so that the addresses behind them are aligned on any machine.
    unpacked = -(-two_bit_words(weights) // 2) * 8 if bits == TERNARY else 0
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


def left_out(channels: Bools) -> tuple[int, ...]:
    """Their numbers.

    Raises:
        UnpackableError: they are more than half of all.
    """
    rest = np.flatnonzero(channels)
    if 2 * len(rest) > len(channels):
        raise UnpackableError(slow.unpackable(len(rest), len(channels)))
    return tuple(map(int, rest))


def _channel_groups(folded: Channels) -> Int32s:
    """`mcuq_channel_group` words, (groups, 8), from one channel's words a row."""
    slow = np.pad(folded.slow, (0, -len(folded.words) % GROUP)).reshape(-1, GROUP).any(axis=1)
    words = channel_groups(folded.words)
    first = words[slow, :GROUP]
    shift = (first & 0xFF).astype(np.int8).astype(np.int32)
    left, right = np.maximum(~shift, 0), np.maximum(shift, 0)
    words[slow, :GROUP] = (first & ~0xFF) | GROUP_SLOW | left << 5 | right + 1
    return words


def channel_groups(words: Int32s) -> Int32s:
    """The first words of four channels, then their second ones, (groups, 8)."""
    padded = np.pad(words, ((0, -len(words) % GROUP), (0, 0)))
    return padded.reshape(-1, GROUP, 2).transpose(0, 2, 1).reshape(-1, 2 * GROUP)


def _pack_rows(rows: Int8s, bits: int, requantization: Requantization, sums: Sums) -> PackedLayer:
    """Pack rows whose length is a multiple of four."""
    folded = fold(sums, requantization, CHANNEL, _nest(rows, bits, sums))
    rest = left_out(~folded.fits)
    halves = _halves(folded.meant(rows))
    if bits < 4:
        # Input 2 half + pair, in order: SXTB16 takes pairs out of a word of bytes.
        in_order = halves.transpose(0, 1, 3, 2, 4)
        return PackedLayer(pack_sub_byte(in_order, bits, plus_two=True), folded.words, rest)
    return PackedLayer(_words(halves, bits), folded.words, rest)


def _halves(rows: Int8s) -> Int64s:
    """(group, four, pair, half, channel of the group) of rows of whole fours."""
    groups = _pad(rows, axis=0).astype(np.int64)
    groups = groups.reshape(-1, GROUP, rows.shape[1] // GROUP, GROUP)
    return groups[:, :, :, _PAIRS].transpose(0, 2, 3, 4, 1)


def _words(halves: Int64s, bits: int) -> Int32s:
    """Nested channels, two halves a word: int8 in pairs, int4 in fours."""
    a, b, c, d = (halves[..., i] for i in range(GROUP))
    if bits == 8:
        nested = np.stack([256 * b + a, 256 * d + c], axis=-2)
    else:
        nested = 4096 * d + 256 * (c + 8) + 16 * (b + 8) + (a + 8)
    return nested.astype("<i2").ravel().view("<i4").astype(np.int32)


def _nest(rows: Int8s, bits: int, sums: Sums) -> Bools:
    """Which channels are exact in nested sums: radix × sum fits int32, 256 b + a fits int16."""
    radix = np.resize(_RADIX[max(bits, 4)], len(rows)).astype(np.int64)
    fits: Bools = (radix * sums.least >= -(1 << 31)) & (radix * sums.most < 1 << 31)
    if bits == 8:
        # Only b and d have a partner below; -128 of either with a negative one wraps.
        wraps = ((rows[1::2] == -128) & (rows[: len(rows) // 2 * 2 : 2] < 0)).any(axis=1)
        fits[1::2] &= ~wraps
    return fits


def _round_up(value: int) -> int:
    return -(-value // GROUP) * GROUP


def _pad(values: Int8s, axis: int) -> Int8s:
    """Zeros appended along `axis` up to a multiple of four."""
    missing = [(0, 0)] * values.ndim
    missing[axis] = (0, -values.shape[axis] % GROUP)
    return np.pad(values, missing)
