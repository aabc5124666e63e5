"""AVERAGE_POOL_2D, MAX_POOL_2D, MEAN and resizing in float32."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
import numpy.typing as npt

from mcuq.graph import Attrs, MeanAttrs, PoolAttrs, ResizeAttrs
from mcuq.graph.resize import blend, nearest_indices
from mcuq.graph.window import Axis, window_axes
from mcuq.interpret.float.operand import Array, Operand, activate


def average_pool(attrs: Attrs, operands: list[Operand]) -> Array:
    """Mean over the elements inside the image; padding is not counted."""
    attrs = cast(PoolAttrs, attrs)
    images = operands[0].images()
    rows, columns = window_axes(attrs, images.shape[1:3], attrs.filter)
    total = sum(_taps(images, rows, columns, 0.0), start=np.float32(0))
    count = np.outer(_covered(rows), _covered(columns))[:, :, None]
    return _finish(cast(Array, total / count), operands[0], attrs)


def max_pool(attrs: Attrs, operands: list[Operand]) -> Array:
    """Maximum over the elements inside the image."""
    attrs = cast(PoolAttrs, attrs)
    images = operands[0].images()
    rows, columns = window_axes(attrs, images.shape[1:3], attrs.filter)
    taps = _taps(images, rows, columns, -np.inf)
    result = next(taps).copy()
    for tap in taps:
        np.maximum(result, tap, out=result)
    return _finish(result, operands[0], attrs)


def _taps(images: Array, rows: Axis, columns: Axis, outside: float) -> Iterator[Array]:
    """For each position in the window, the image's values there, one an output."""
    edges = ((0, 0), (rows.before, rows.after), (columns.before, columns.after), (0, 0))
    padded = np.pad(images, edges, constant_values=np.float32(outside))
    for row in range(rows.kernel):
        for column in range(columns.kernel):
            last_row = row + (rows.output - 1) * rows.stride + 1
            last_column = column + (columns.output - 1) * columns.stride + 1
            yield padded[:, row : last_row : rows.stride, column : last_column : columns.stride]


def _covered(axis: Axis) -> Array:
    """For each output, how many of its window's taps lie inside the image."""
    first = np.arange(axis.output) * axis.stride - axis.before
    last = np.minimum(first + axis.kernel, axis.size)
    return (last - np.maximum(first, 0)).astype(np.float32)


def _finish(result: Array, operand: Operand, attrs: PoolAttrs) -> Array:
    activate(result, attrs.activation)
    return result.reshape(*operand.values.shape[:2], *result.shape[1:])


def mean(attrs: Attrs, operands: list[Operand]) -> Array:
    attrs = cast(MeanAttrs, attrs)
    axes = tuple(axis + 1 for axis in attrs.axes)
    result = operands[0].values.mean(axis=axes, keepdims=attrs.keep_dims, dtype=np.float32)
    return cast(Array, result)


def resize_bilinear(attrs: Attrs, operands: list[Operand]) -> Array:
    attrs = cast(ResizeAttrs, attrs)
    x = operands[0].values
    rows, columns = (blend(x.shape[2 + axis], attrs.size[axis], attrs) for axis in range(2))
    down, across = rows.share[:, None, None], columns.share[:, None]

    def row(indices: npt.NDArray[np.int64]) -> Array:
        left, right = (x[:, :, indices[:, None], side] for side in (columns.lower, columns.upper))
        return cast(Array, left * (1 - across) + right * across)

    return row(rows.lower) * (1 - down) + row(rows.upper) * down


def resize(attrs: Attrs, operands: list[Operand]) -> Array:
    attrs = cast(ResizeAttrs, attrs)
    x = operands[0].values
    rows, columns = (
        nearest_indices(x.shape[2 + axis], attrs.size[axis], attrs) for axis in range(2)
    )
    return x[:, :, rows][:, :, :, columns]
