"""In which width an operator's filter is stored, and how many bytes: nothing else says it."""

from __future__ import annotations

from dataclasses import replace

from mcuq.numeric.narrow import NONE_NARROW, Narrow, mixed_bytes
from mcuq.numeric.widths import TERNARY, width
from mcuq.ops.operator import AnyOperator, Shape
from mcuq.ops.weighted import FULLY_CONNECTED, TRANSPOSE_CONV

_NOT_IN_BASE_3 = frozenset({FULLY_CONNECTED, TRANSPOSE_CONV})
"""Kinds whose ternary filters are stored as int2 ones, a quarter more bytes. Ternary weights are
unpacked to RAM before they are used. A dense layer uses a weight once: unpacking takes longer than
its multiplications, and a byte of RAM for four weights. A transposed convolution's phases are too
small for a code of their own."""


def filter_width(kind: AnyOperator, bits: int) -> int:
    """The width in which a filter of `bits` is stored, and so whose kernels read it."""
    return 2 if bits == TERNARY and kind in _NOT_IN_BASE_3 else width(bits).stored


def filter_bytes(kind: AnyOperator, shape: Shape, bits: int, narrow: Narrow = NONE_NARROW) -> int:
    """Bytes of a filter of `shape`, narrow channels together; without what kernels pad it by."""
    stored = replace(narrow, bits=filter_width(kind, narrow.bits)) if narrow else narrow
    return mixed_bytes(shape, filter_width(kind, bits), stored)
