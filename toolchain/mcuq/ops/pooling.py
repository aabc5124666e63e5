"""AVERAGE_POOL_2D, MAX_POOL_2D and MEAN."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.numeric import (
    activation_bounds,
)
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Activated, Padding
from mcuq.ops.operand import Array, Operand, activate, clamped
from mcuq.ops.operator import (
    Backward,
    IntegerForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    always,
    single,
)
from mcuq.ops.shapes import of_rank
from mcuq.ops.window import (
    Axis,
    Pair,
    WindowParams,
    padded,
    scatter_windows,
    window_axes,
    window_params,
    windows,
)


@dataclass(frozen=True)
class PoolAttrs(Activated):
    """AVERAGE_POOL_2D (padding is not counted) and MAX_POOL_2D."""

    filter: tuple[int, int]
    stride: tuple[int, int]
    padding: Padding = Padding.VALID
    activation: Activation = Activation.NONE

    @property
    def dilation(self) -> tuple[int, int]:
        """Windows of a pool have no gaps."""
        return (1, 1)


@dataclass(frozen=True)
class PoolParams:
    """AVERAGE_POOL_2D and MAX_POOL_2D; padding counts in neither."""

    window: WindowParams
    filter: Pair
    activation_min: int
    activation_max: int


def _pool_shape(attrs: PoolAttrs, inputs: Sequence[Shape]) -> Shape:
    batch, height, width, channels = of_rank(inputs[0], 4, "input")
    rows, columns = window_axes(attrs, (height, width), attrs.filter)
    return (batch, rows.output, columns.output, channels)


def _float_average(attrs: PoolAttrs, operands: list[Operand]) -> Array:
    """Mean over the elements inside the image; padding is not counted."""
    images = operands[0].images()
    rows, columns = window_axes(attrs, images.shape[1:3], attrs.filter)
    total = sum(_taps(images, rows, columns, 0.0), start=np.float32(0))
    count = np.outer(_covered(rows), _covered(columns))[:, :, None]
    mean: Array = total / count
    return _finish(mean, operands[0], attrs)


def _float_largest(attrs: PoolAttrs, operands: list[Operand]) -> Array:
    """Maximum over the elements inside the image."""
    images = operands[0].images()
    rows, columns = window_axes(attrs, images.shape[1:3], attrs.filter)
    taps = _taps(images, rows, columns, -np.inf)
    result = next(taps).copy()
    for tap in taps:
        np.maximum(result, tap, out=result)
    return _finish(result, operands[0], attrs)


def _taps(images: Array, rows: Axis, columns: Axis, outside: float) -> Iterator[Array]:
    """For each position in the window, the image's values there, one per output."""
    edges = ((0, 0), (rows.before, rows.after), (columns.before, columns.after), (0, 0))
    image = np.pad(images, edges, constant_values=np.float32(outside))
    for row in range(rows.kernel):
        for column in range(columns.kernel):
            last_row = row + (rows.output - 1) * rows.stride + 1
            last_column = column + (columns.output - 1) * columns.stride + 1
            yield image[:, row : last_row : rows.stride, column : last_column : columns.stride]


def _covered(axis: Axis) -> Array:
    """For each output, how many of its window's taps lie inside the image."""
    first = np.arange(axis.output) * axis.stride - axis.before
    last = np.minimum(first + axis.kernel, axis.size)
    return (last - np.maximum(first, 0)).astype(np.float32)


def _finish(result: Array, operand: Operand, attrs: PoolAttrs) -> Array:
    activate(result, attrs.activation)
    return result.reshape(*operand.values.shape[:2], *result.shape[1:])


def _average_gradient(attrs: PoolAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    images, view, inside = _viewed(attrs, xs[0], shape)
    count = inside.sum(axis=(4, 5))
    share = np.broadcast_to(1.0 / count[..., None, None], view.shape)
    return _pooled(attrs, xs[0], shape, images, view.sum(axis=(4, 5)) / count, share)


def _largest_gradient(attrs: PoolAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    """Of several largest elements each takes its share."""
    images, view, inside = _viewed(attrs, xs[0], shape)
    view = np.where(inside > 0, view, np.full_like(view[:1, :1, :1, :1, :1, :1], -np.inf))
    result = view.max(axis=(4, 5))
    share = view == result[..., None, None]
    share = share / share.sum(axis=(4, 5), keepdims=True)
    return _pooled(attrs, xs[0], shape, images, result, share)


def _viewed(attrs: PoolAttrs, x: Values, shape: Shape) -> tuple[Values, Values, Values]:
    """Images, their windows, and ones where these lie inside the image."""
    images = x.reshape(-1, *x.shape[2:])
    ones = np.ones((1, *images.shape[1:3], 1), images.dtype)
    window = window_params(attrs, images.shape, attrs.filter)
    view, inside = (
        windows(padded(z, attrs.filter, window, (shape[1], shape[2])), attrs.filter, window)
        for z in (images, ones)
    )
    return images, view, inside


def _pooled(
    attrs: PoolAttrs, x: Values, shape: Shape, images: Values, result: Values, share: Values
) -> tuple[Values, Backward]:
    window = window_params(attrs, images.shape, attrs.filter)

    def backward(g: Values) -> list[Values]:
        parts = g.reshape(result.shape)[..., None, None] * share
        return [scatter_windows(parts, images.shape, attrs.filter, window).reshape(x.shape)]

    return result.reshape(len(x), *shape), backward


def _pool_params(op: QuantizedOp[PoolAttrs]) -> PoolParams:
    attrs, result = op.attrs, op.output
    window = window_params(attrs, op.inputs[0].shape, attrs.filter)
    bounds = activation_bounds(attrs.activation, single(result), result.zero_point, result.bits)
    return PoolParams(window, attrs.filter, *bounds)


def _average(op: QuantizedOp[PoolAttrs], params: PoolParams, inputs: list[Values]) -> Values:
    """Padding is not counted; ties round away from zero."""
    shape, x = op.output.shape, _images(inputs[0])
    view = _windows(x.astype(np.int32), params, shape, 0)
    ones = _windows(np.ones((1, *x.shape[1:3], 1), np.int32), params, shape, 0)
    total, count = view.sum(axis=(4, 5)), ones.sum(axis=(4, 5))
    half = count // 2
    rounded = np.sign(total) * ((np.abs(total) + half) // count)
    return _clamped(rounded, params, inputs[0].dtype).reshape(len(inputs[0]), *shape)


def _largest(op: QuantizedOp[PoolAttrs], params: PoolParams, inputs: list[Values]) -> Values:
    shape, x = op.output.shape, _images(inputs[0])
    view = _windows(x, params, shape, np.iinfo(x.dtype).min)
    return _clamped(view.max(axis=(4, 5)), params, x.dtype).reshape(len(inputs[0]), *shape)


def _images(x: Values) -> Values:
    return x.reshape(-1, *x.shape[2:])


def _windows(
    x: npt.NDArray[np.integer], params: PoolParams, shape: Shape, fill: int
) -> npt.NDArray[np.integer]:
    out = (shape[1], shape[2])
    return windows(padded(x, params.filter, params.window, out, fill), params.filter, params.window)


def _clamped(x: npt.NDArray[np.integer], params: PoolParams, dtype: np.dtype[Any]) -> Values:
    clipped: Values = np.clip(x, params.activation_min, params.activation_max).astype(dtype)
    return clipped


def _dynamic_average(op: QuantizedOp[PoolAttrs], inputs: list[Values]) -> Values:
    """Taps are added in row order, then divided by their number."""
    attrs, (view, inside) = op.attrs, _dynamic_views(op, inputs[0], 0.0)
    total = np.zeros(view.shape[:4], np.float32)
    for row in range(attrs.filter[0]):
        for column in range(attrs.filter[1]):
            total += view[..., row, column]
    mean = total / inside.sum(axis=(4, 5), dtype=np.float32)
    return clamped(mean.reshape(len(inputs[0]), *op.output.shape), attrs.activation)


def _dynamic_largest(op: QuantizedOp[PoolAttrs], inputs: list[Values]) -> Values:
    view, _ = _dynamic_views(op, inputs[0], -np.inf)
    largest = view.max(axis=(4, 5))
    return clamped(largest.reshape(len(inputs[0]), *op.output.shape), op.attrs.activation)


def _dynamic_views(op: QuantizedOp[PoolAttrs], x: Values, fill: float) -> tuple[Values, Values]:
    size, (_, height, width, _) = op.attrs.filter, op.output.shape
    window = window_params(op.attrs, op.inputs[0].shape, size)
    images = _images(x)
    ones = np.ones((1, *images.shape[1:3], 1), np.float32)
    view = windows(padded(images, size, window, (height, width), fill), size, window)
    return view, windows(padded(ones, size, window, (height, width)), size, window)


_SELECTED = RangeGuard[PoolAttrs]("values are averaged or selected on the input's scale")
AVERAGE_POOL_2D = Operator(
    name="AVERAGE_POOL_2D",
    attrs=PoolAttrs,
    shape=_pool_shape,
    float_form=_float_average,
    gradient=_average_gradient,
    scale=OutputScale(same=True),
    guard=_SELECTED,
    int8=IntegerForm(_pool_params, _average, always),
    int16=IntegerForm(_pool_params, _average, always),
    dynamic=_dynamic_average,
)
MAX_POOL_2D = Operator(
    name="MAX_POOL_2D",
    attrs=PoolAttrs,
    shape=_pool_shape,
    float_form=_float_largest,
    gradient=_largest_gradient,
    scale=OutputScale(same=True),
    guard=_SELECTED,
    int8=IntegerForm(_pool_params, _largest, always),
    int16=IntegerForm(_pool_params, _largest, always),
    dynamic=_dynamic_largest,
)
