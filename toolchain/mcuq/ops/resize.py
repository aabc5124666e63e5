"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.numeric.products import product
from mcuq.ops.interpolation import Blend, ResizeAttrs, blend, fixed_blend, nearest_indices
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    Backward,
    IntegerForm,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    always,
)
from mcuq.ops.shapes import of_rank


@dataclass(frozen=True)
class ResizeParams:
    """RESIZE_NEAREST_NEIGHBOR: the input row and column of each output row and column."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class BilinearParams(ByContent):
    """RESIZE_BILINEAR: (lower, upper, share of upper in 1/1024) of each output row and column."""

    rows: npt.NDArray[np.int16]
    columns: npt.NDArray[np.int16]


def _shape(attrs: ResizeAttrs, inputs: Sequence[Shape]) -> Shape:
    batch, _, _, channels = of_rank(inputs[0], 4, "input")
    if min(attrs.size) < 1:
        raise ValueError(f"size {attrs.size} is empty")
    return (batch, *attrs.size, channels)


def _float_nearest(attrs: ResizeAttrs, operands: list[Operand]) -> Array:
    x = operands[0].values
    rows, columns = (
        nearest_indices(x.shape[2 + axis], attrs.size[axis], attrs) for axis in range(2)
    )
    return x[:, :, rows][:, :, :, columns]


def _float_bilinear(attrs: ResizeAttrs, operands: list[Operand]) -> Array:
    x = operands[0].values
    rows, columns = (blend(x.shape[2 + axis], attrs.size[axis], attrs) for axis in range(2))
    down, across = rows.share[:, None, None], columns.share[:, None]

    def row(indices: npt.NDArray[np.int64]) -> Array:
        left, right = (x[:, :, indices[:, None], side] for side in (columns.lower, columns.upper))
        blended: Array = left * (1 - across) + right * across
        return blended

    return row(rows.lower) * (1 - down) + row(rows.upper) * down


def _nearest_gradient(
    attrs: ResizeAttrs, xs: list[Values], shape: Shape
) -> tuple[Values, Backward]:
    (x,) = xs
    rows = nearest_indices(x.shape[2], attrs.size[0], attrs)
    columns = nearest_indices(x.shape[3], attrs.size[1], attrs)

    def backward(g: Values) -> list[Values]:
        # Every source row is the sum of the rows that read it; then the columns alike.
        by_rows = np.zeros((*x.shape[:3], *g.shape[3:]), g.dtype)
        for target, row in enumerate(rows):
            by_rows[:, :, row] += g[:, :, target]
        whole = np.zeros(x.shape, g.dtype)
        for target, column in enumerate(columns):
            whole[:, :, :, column] += by_rows[:, :, :, target]
        return [whole]

    return x[:, :, rows[:, None], columns], backward


def _bilinear_gradient(
    attrs: ResizeAttrs, xs: list[Values], shape: Shape
) -> tuple[Values, Backward]:
    """A matrix along each axis."""
    (x,) = xs
    sizes = zip(x.shape[2:4], attrs.size, strict=True)
    rows, columns = (blend(size, output, attrs).matrix(size) for size, output in sizes)

    def backward(g: Values) -> list[Values]:
        return [_through(rows.T, columns.T, g)]

    return _through(rows, columns, x), backward


def _through(rows: Values, columns: Values, x: Values) -> Values:
    """Images (samples, 1, height, width, channels) through a matrix along each axis."""
    *front, height, width, channels = x.shape
    by_rows = product(rows, x.reshape(*front, height, width * channels))
    by_rows = by_rows.reshape(*front, len(rows), width, channels)
    result: Values = product(columns, by_rows).astype(x.dtype)
    return result


def _nearest_params(op: QuantizedOp[ResizeAttrs]) -> ResizeParams:
    attrs, (height, width) = op.attrs, op.inputs[0].shape[1:3]
    return ResizeParams(
        tuple(nearest_indices(height, attrs.size[0], attrs).tolist()),
        tuple(nearest_indices(width, attrs.size[1], attrs).tolist()),
    )


def _nearest(op: QuantizedOp[ResizeAttrs], params: ResizeParams, inputs: list[Values]) -> Values:
    rows, columns = np.array(params.rows), np.array(params.columns)
    return inputs[0][:, :, rows[:, None], columns]


def _bilinear_params(op: QuantizedOp[ResizeAttrs]) -> BilinearParams:
    attrs, (height, width) = op.attrs, op.inputs[0].shape[1:3]
    return BilinearParams(
        _lines(fixed_blend(height, attrs.size[0], attrs)),
        _lines(fixed_blend(width, attrs.size[1], attrs)),
    )


def _lines(lines: Blend) -> npt.NDArray[np.int16]:
    return np.stack([lines.lower, lines.upper, lines.share], axis=1).astype(np.int16)


def _bilinear(op: QuantizedOp[ResizeAttrs], params: BilinearParams, inputs: list[Values]) -> Values:
    """Four neighbours weighted in steps of 1/1024, rounded half away from zero."""
    top, bottom, down = params.rows.astype(np.int64).T
    left, right, across = params.columns.astype(np.int64).T
    x = inputs[0].astype(np.int64)
    across = across[:, None]

    def line(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        first, second = (x[:, :, rows[:, None], side] for side in (left, right))
        blended: npt.NDArray[np.int64] = first * (1024 - across) + second * across
        return blended

    down = down[:, None, None]
    total = line(top) * (1024 - down) + line(bottom) * down
    rounded = np.sign(total) * ((np.abs(total) + (1 << 19)) >> 20)
    stored: Values = rounded.astype(inputs[0].dtype)
    return stored


_NEAREST_FORM = IntegerForm(_nearest_params, _nearest, always)
RESIZE_NEAREST_NEIGHBOR = Operator(
    name="RESIZE_NEAREST_NEIGHBOR",
    attrs=ResizeAttrs,
    shape=_shape,
    float_form=_float_nearest,
    gradient=_nearest_gradient,
    scale=OutputScale(same=True, moves=True),
    guard=RangeGuard("values are selected, none is computed"),
    int8=_NEAREST_FORM,
    int16=_NEAREST_FORM,
    dynamic=NO_DYNAMIC,
)
RESIZE_BILINEAR: Operator[ResizeAttrs, BilinearParams, Never] = Operator(
    name="RESIZE_BILINEAR",
    attrs=ResizeAttrs,
    shape=_shape,
    float_form=_float_bilinear,
    gradient=_bilinear_gradient,
    scale=OutputScale(same=True),
    guard=RangeGuard("a weighted mean of values on the input's scale"),
    int8=IntegerForm(_bilinear_params, _bilinear, always),
    int16=NoForm("nearest: RESIZE_NEAREST_NEIGHBOR, or 16 bits for other tensors with --wide"),
    dynamic=NO_DYNAMIC,
)
