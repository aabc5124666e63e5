"""int4 values in bytes: two a byte over the flattened tensor, low nibble first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def pack_int4(values: npt.NDArray[np.int8]) -> npt.NDArray[np.uint8]:
    """Pack int4 values, one an int8 element, into bytes: [1, 2, 3, 4] becomes [0x21, 0x43].

    Args:
        values: int8 array of any shape, values in [-8, 7].

    Returns:
        uint8 vector of (size + 1) // 2 bytes; an odd count leaves the last high nibble 0.
    """
    nibbles = values.reshape(-1).astype(np.uint8) & 0x0F
    if nibbles.size % 2:
        nibbles = np.append(nibbles, np.uint8(0))
    return (nibbles[0::2] | (nibbles[1::2] << 4)).astype(np.uint8)


def unpack_int4(packed: npt.NDArray[np.uint8], size: int) -> npt.NDArray[np.int8]:
    """The `size` int4 values that `pack_int4` packed, sign-extended to an int8 vector."""
    nibbles = np.stack([packed & 0x0F, packed >> 4], axis=-1).reshape(-1)[:size]
    return ((nibbles ^ 8).astype(np.int8) - np.int8(8)).astype(np.int8)
