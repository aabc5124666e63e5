"""int2 and ternary weights as the words of firmware/include/mcuq_sub_byte.h."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.numeric.widths import TERNARY

_PER_WORD = 16
_DIGITS = 3 ** np.arange(5, dtype=np.int64)


def pack_sub_byte(values: npt.NDArray[Any], bits: int, *, plus_two: bool) -> npt.NDArray[np.int32]:
    """Words of weights in the kernels' order.

    Args:
        values: integers within `weight_limits(bits)`, flattened in C order.
        bits: 2: crumbs, four a byte, lowest bits first; TERNARY: value + 1 as base-3 digits, five a
            byte, lowest digit first.
        plus_two: whether a crumb is the value + 2, else it is in two's complement.

    Returns:
        int32 words; ternary ones hold enough bytes to unpack whole words of sixteen crumbs.
    """
    flat = values.reshape(-1).astype(np.int64)
    flat = np.pad(flat, (0, -flat.size % _PER_WORD))
    if bits == TERNARY:
        digits = np.pad(flat + 1, (0, -flat.size % 5)).reshape(-1, 5)
        packed = (digits * _DIGITS).sum(axis=1)
    else:
        crumbs = flat + 2 if plus_two else flat & 3
        packed = (crumbs.reshape(-1, 4) << np.arange(0, 8, 2)).sum(axis=1)
    stored = np.pad(packed.astype(np.uint8), (0, -packed.size % 4))
    return stored.view("<i4").astype(np.int32)


def two_bit_words(weights: int) -> int:
    """Words of scratch that `weights` ternary weights take as crumbs."""
    return -(-weights // _PER_WORD)
