"""Operands of different shapes, samples in front: (samples, *shape)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.ops.operator import Shape, Values

_BLOCK = 1 << 16


def table_index(x: Values) -> npt.NDArray[np.uint8]:
    """x + 128: the index into a table of the values -128 … 127."""
    index: npt.NDArray[np.uint8] = np.bitwise_xor(
        np.ascontiguousarray(x).view(np.uint8), np.uint8(0x80)
    )
    return index


def looked_up(table: Values, first: Values, second: Values) -> Values:
    """table[first, second] with broadcasting over the dimensions behind the samples."""
    a, b = (table_index(x) for x in aligned([first, second]))
    shape = np.broadcast_shapes(a.shape, b.shape)
    result = np.empty(shape, np.int8)
    per_sample = max(1, result.size // max(1, shape[0]))
    size = max(1, _BLOCK // per_sample)
    for start in range(0, shape[0], size):
        part = slice(start, start + size)
        high = (a[part] if a.shape[0] > 1 else a).astype(np.intp) << 8
        result[part] = table[high | (b[part] if b.shape[0] > 1 else b)]
    return result


def aligned(xs: list[Values]) -> list[Values]:
    """Operands with ones inserted behind the sample dimension, so that they broadcast."""
    rank = max(x.ndim for x in xs)
    return [x.reshape(x.shape[0], *(1,) * (rank - x.ndim), *x.shape[1:]) for x in xs]


def unbroadcast(gradient: Values, shape: Shape) -> Values:
    """Sum of `gradient` over the dimensions along which `shape` was broadcast."""
    extra = gradient.ndim - len(shape)
    if extra:
        # Dimensions were inserted behind the sample dimension.
        gradient = gradient.sum(axis=tuple(range(1, 1 + extra)))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and gradient.shape[i] != 1)
    return gradient.sum(axis=axes, keepdims=True) if axes else gradient
