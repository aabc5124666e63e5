"""LOGISTIC and TANH of int16 values by an interpolated table, as TensorFlow Lite Micro does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent

Int16 = npt.NDArray[np.int16]
Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Int16SigmoidParams(ByContent):
    """LOGISTIC and TANH of int16: x × multiplier / 2^shift is looked up (`ops.int16_tables`)."""

    multiplier: int
    shift: int
    table: npt.NDArray[np.uint16]


def logistic(p: Int16SigmoidParams, x: npt.NDArray[Any]) -> Int16:
    """The table of half of it, mirrored below zero; beyond the table it takes 1 - 2^-15."""
    argument, curve = _looked_up(p, x, 9, 0x7FFF << 10)
    return (np.where(argument >= 0, curve + 512, (1 << 25) - curve + 511) >> 10).astype(np.int16)


def tanh(p: Int16SigmoidParams, x: npt.NDArray[Any]) -> Int16:
    """2 × logistic(2 x) - 1, from the same table; beyond it 1 - 2^-16."""
    argument, curve = _looked_up(p, x, 8, 0xFFFF << 8)
    above = curve - (1 << 23)
    return (np.where(argument >= 0, above + 128, 127 - above) >> 8).astype(np.int16)


def _looked_up(
    p: Int16SigmoidParams, x: npt.NDArray[Any], fraction: int, end: int
) -> tuple[Int64, Int64]:
    """The argument in the table's steps with `fraction` bits below, and the interpolated entry.

    `end` is what TFLite Micro takes beyond the table.
    """
    rounding = (1 << p.shift) >> 1
    argument = (x.astype(np.int64) * p.multiplier + rounding) >> p.shift
    index, part = np.divmod(np.abs(argument), 1 << fraction)
    table = p.table.astype(np.int64)
    last = len(table) - 1
    start = table[np.minimum(index, last)]
    slope = table[np.minimum(index + 1, last)] - start
    return argument, np.where(index >= last, end, (start << fraction) + part * slope)
