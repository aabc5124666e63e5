"""Weights as rows of bytes for the `mcuq_*_lanes_*` kernels (firmware/include/mcuq_lanes.h).

A core with vectors of sixteen bytes multiplies int8 as they are: no sums are nested.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.lower.channels import LANE, Requantization, fold, reachable
from mcuq.lower.packing import GROUP, Int8s, Int32s, PackedLayer, channel_groups, left_out
from mcuq.lower.sub_byte import pack_sub_byte, two_bit_words
from mcuq.numeric.widths import TERNARY

_LANES = 16
_WEIGHT_FACTOR = {8: 1, 4: 16, 2: 64, TERNARY: 64}
"""By which a sum is too large before it is shifted back: narrow weights stay in the upper bits."""


def pack_lanes(weights: Int8s, bits: int, requantization: Requantization) -> PackedLayer:
    """Pack the filter of a CONV_2D or FULLY_CONNECTED.

    Args:
        weights: int8 (outputs, …).
        bits: 8, 4, 2 or TERNARY.
        requantization: of the layer.

    Raises:
        UnpackableError: more than half of the channels would be left out.
    """
    sums = reachable(weights, requantization)
    factor = _WEIGHT_FACTOR[bits]
    exact = (factor * sums.least >= -(1 << 31)) & (factor * sums.most < 1 << 31)
    folded = fold(sums, requantization, LANE, exact)
    rest = left_out(~folded.fits)
    rows = folded.meant(weights.reshape(len(weights), -1))
    padded = np.pad(rows, [(0, -extent % GROUP) for extent in rows.shape])
    return PackedLayer(_words(padded, bits), channel_groups(folded.words), rest)


MOST_TAPS = 15
"""Of `mcuq_depthwise_lanes_*`: the upper parts of as many products fit a byte."""

_WIDENED = np.array([0, 4, 8, 12, 2, 6, 10, 14, 1, 5, 9, 13, 3, 7, 11, 15])
"""Channels of a vector in the order in which its lanes are widened."""


def pack_depthwise_lanes(weights: Int8s, bits: int, requantization: Requantization) -> PackedLayer:
    """Pack a DEPTHWISE_CONV_2D filter of depth multiplier 1 and MOST_TAPS taps at most.

    Args:
        weights: int8 (1, height, width, channels).
        bits: 8, 4, 2 or TERNARY.
        requantization: of the layer.

    Raises:
        UnpackableError: more than half of the channels would be left out.
    """
    rows = weights.reshape(-1, weights.shape[3])
    folded = fold(reachable(rows.T, requantization, depthwise=True), requantization, LANE)
    rest = left_out(~folded.fits)
    rows = folded.meant(rows.T).T
    padded = np.pad(rows, [(0, 0), (0, -rows.shape[1] % GROUP)])
    blocks = np.split(padded, range(_LANES, padded.shape[1], _LANES), axis=1)
    flat = np.concatenate([block.ravel() for block in blocks])
    whole = np.pad(folded.words, ((0, -len(folded.words) % _LANES), (0, 0)))
    ordered = whole.reshape(-1, _LANES, 2)[:, _WIDENED].reshape(-1, 2)
    return PackedLayer(_words(flat[None], bits), channel_groups(ordered), rest)


def lane_depth(elements: int) -> int:
    """Bytes of a column: `elements` rounded up to whole words."""
    return -(-elements // GROUP) * GROUP


def lane_scratch(outputs: int, depth: int, bits: int, *, columns: int) -> int:
    """Scratch bytes of columns of `depth` elements, and of ternary weights while they are used."""
    padded = lane_depth(depth)
    weights = -(-outputs // GROUP) * GROUP * padded if bits == TERNARY else 0
    return columns * padded + 4 * two_bit_words(weights)


def _words(rows: Int8s, bits: int) -> Int32s:
    """Int32 words of rows whose length is a multiple of four."""
    if bits == 8:
        return np.ascontiguousarray(rows).view("<i4").ravel().astype(np.int32)
    if bits == 4:
        low, high = np.split(rows.astype(np.int64) & 0xF, 2, axis=1)
        return _stored((low | high << 4).ravel())
    quarters = rows.reshape(len(rows), 4, -1).transpose(0, 2, 1)
    return pack_sub_byte(quarters, bits, plus_two=False)


def _stored(values: npt.NDArray[np.int64]) -> Int32s:
    stored = np.pad(values.astype(np.uint8), (0, -values.size % 4))
    return stored.view("<i4").astype(np.int32)
