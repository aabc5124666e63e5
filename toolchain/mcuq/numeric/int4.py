"""Packed storage of 4-bit weights: two a byte, low nibble first, over the flattened tensor."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def pack_int4(values: npt.NDArray[np.int8]) -> npt.NDArray[np.uint8]:
    """Pack int4 values: `[1, 2, 3, 4]` becomes `21 43`.

    Args:
        values: int8 array of any shape, each in [-8, 7], flattened in C order.

    Returns:
        uint8 array of (size + 1) // 2 bytes; an odd size leaves the last high nibble 0.

    Raises:
        ValueError: a value does not fit 4 bits.
    """
    flat = np.ascontiguousarray(values, dtype=np.int8).ravel()
    if flat.size and (flat.min() < -8 or flat.max() > 7):
        raise ValueError("int4 values must lie in [-8, 7]")
    nibbles = np.zeros(flat.size + flat.size % 2, dtype=np.uint8)
    nibbles[: flat.size] = flat.view(np.uint8) & 0x0F
    packed: npt.NDArray[np.uint8] = np.bitwise_or(nibbles[0::2], np.left_shift(nibbles[1::2], 4))
    return packed


def unpack_int4(packed: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.int8]:
    """The first `size` values of a packed buffer as a flat int8 array (inverse of `pack_int4`)."""
    data = np.ascontiguousarray(packed, dtype=np.uint8).ravel()
    nibbles = np.empty(data.size * 2, dtype=np.uint8)
    nibbles[0::2] = data & 0x0F
    nibbles[1::2] = data >> 4
    # Shifting up and arithmetically down again extends the sign.
    signed: npt.NDArray[np.int8] = (nibbles << 4).view(np.int8) >> 4
    return signed[:size]
