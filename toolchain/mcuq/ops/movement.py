"""Operators that move values: PAD, CONCATENATION, RESHAPE, SQUEEZE, TRANSPOSE."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from mcuq.ops.attrs import Attrs
from mcuq.ops.elements import unchanged
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    Backward,
    IntegerForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    always,
)
from mcuq.ops.shapes import check_axes
from mcuq.ops.window import Pair

_MOVED = OutputScale(same=True, moves=True)
_WHY_FREE = "values are moved, none is computed"


@dataclass(frozen=True)
class PadAttrs(Attrs):
    """PAD with zeros, PADV2 with a value; one (before, after) pair per dimension."""

    paddings: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ConcatAttrs(Attrs):
    """CONCATENATION along non-negative `axis`."""

    axis: int


@dataclass(frozen=True)
class ReshapeAttrs(Attrs):
    """RESHAPE and SQUEEZE: the result's static shape; for SQUEEZE also the dimensions dropped."""

    shape: tuple[int, ...]
    squeeze_dims: tuple[int, ...] = ()


@dataclass(frozen=True)
class TransposeAttrs(Attrs):
    """TRANSPOSE: result dimension i is input dimension perm[i]."""

    perm: tuple[int, ...]


@dataclass(frozen=True)
class PadParams:
    """PAD: one (before, after) pair per dimension, filled with `value`."""

    paddings: tuple[Pair, ...]
    value: int


@dataclass(frozen=True)
class ConcatParams:
    """CONCATENATION along `axis`."""

    axis: int


@dataclass(frozen=True)
class CopyParams:
    """RESHAPE and SQUEEZE: the bytes stay as they are."""


@dataclass(frozen=True)
class TransposeParams:
    """TRANSPOSE: output dimension i is input dimension perm[i]."""

    perm: tuple[int, ...]


def padded_shape(paddings: Sequence[Pair], shape: Shape) -> Shape:
    """The shape with so many elements before and after each dimension; ValueError where they do
    not fit."""
    if len(paddings) != len(shape):
        raise ValueError(f"{len(paddings)} pairs of paddings for {len(shape)} dimensions")
    if min((min(pair) for pair in paddings), default=0) < 0:
        raise ValueError(f"paddings {paddings} are negative")
    return tuple(n + sum(pair) for n, pair in zip(shape, paddings, strict=True))


def _pad_shape(attrs: PadAttrs, inputs: Sequence[Shape]) -> Shape:
    return padded_shape(attrs.paddings, inputs[0])


def _concatenated_shape(attrs: ConcatAttrs, inputs: Sequence[Shape]) -> Shape:
    axis, first = attrs.axis, inputs[0]
    check_axes((axis,), first)
    if any(_without(shape, axis) != _without(first, axis) for shape in inputs):
        raise ValueError(f"shapes {', '.join(map(str, inputs))} differ outside axis {axis}")
    return (*first[:axis], sum(shape[axis] for shape in inputs), *first[axis + 1 :])


def _without(shape: Shape, axis: int) -> Shape:
    return shape[:axis] + shape[axis + 1 :]


def _reshaped_shape(attrs: ReshapeAttrs, inputs: Sequence[Shape]) -> Shape:
    shape = attrs.shape
    if min(shape, default=1) < 1 or math.prod(shape) != math.prod(inputs[0]):
        raise ValueError(f"{inputs[0]} cannot become {shape}")
    return shape


def _transposed_shape(attrs: TransposeAttrs, inputs: Sequence[Shape]) -> Shape:
    if sorted(attrs.perm) != list(range(len(inputs[0]))):
        raise ValueError(f"{attrs.perm} is no permutation of {len(inputs[0])} dimensions")
    return tuple(inputs[0][axis] for axis in attrs.perm)


def _float_pad(attrs: PadAttrs, operands: list[Operand]) -> Array:
    return np.pad(operands[0].values, ((0, 0), *attrs.paddings))


def _float_concatenation(attrs: ConcatAttrs, operands: list[Operand]) -> Array:
    samples = next(len(operand.values) for operand in operands if not operand.constant)
    parts = [
        np.broadcast_to(operand.values, (samples, *operand.values.shape))
        if operand.constant
        else operand.values
        for operand in operands
    ]
    return np.concatenate(parts, axis=1 + attrs.axis)


def _float_reshape(attrs: ReshapeAttrs, operands: list[Operand]) -> Array:
    x = operands[0].values
    return x.reshape(len(x), *attrs.shape)


def _float_transpose(attrs: TransposeAttrs, operands: list[Operand]) -> Array:
    return np.transpose(operands[0].values, (0, *(1 + axis for axis in attrs.perm)))


def _pad_gradient(attrs: PadAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    (x,) = xs
    paddings = ((0, 0), *attrs.paddings)
    inside = tuple(slice(b, b + n) for (b, _), n in zip(paddings, x.shape, strict=True))
    return np.pad(x, paddings), lambda g: [g[inside]]


def _concatenation_gradient(
    attrs: ConcatAttrs, xs: list[Values], shape: Shape
) -> tuple[Values, Backward]:
    axis = attrs.axis + 1
    edges = np.cumsum([x.shape[axis] for x in xs])[:-1]
    return _joined(xs, axis), lambda g: np.split(g, edges, axis=axis)


def _joined(xs: list[Values], axis: int) -> Values:
    """Constants have one sample: they are repeated for all."""
    samples = max(len(x) for x in xs)
    full = [np.broadcast_to(x, (samples, *x.shape[1:])) for x in xs]
    return np.concatenate(full, axis=axis)


def _reshape_gradient(
    attrs: ReshapeAttrs, xs: list[Values], shape: Shape
) -> tuple[Values, Backward]:
    (x,) = xs
    return x.reshape(len(x), *shape), lambda g: [g.reshape(x.shape)]


def _transpose_gradient(
    attrs: TransposeAttrs, xs: list[Values], shape: Shape
) -> tuple[Values, Backward]:
    order = (0, *(axis + 1 for axis in attrs.perm))
    return xs[0].transpose(order), lambda g: [g.transpose(np.argsort(order, kind="stable"))]


def _pad_params(op: QuantizedOp[PadAttrs]) -> PadParams:
    return PadParams(op.attrs.paddings, op.output.zero_point)


def _pad(op: QuantizedOp[PadAttrs], params: PadParams, inputs: list[Values]) -> Values:
    """With the zero point."""
    return np.pad(inputs[0], ((0, 0), *params.paddings), constant_values=params.value)


def _concatenate(
    op: QuantizedOp[ConcatAttrs], params: ConcatParams, inputs: list[Values]
) -> Values:
    return _joined(inputs, params.axis + 1)


def _copy(op: QuantizedOp[ReshapeAttrs], params: CopyParams, inputs: list[Values]) -> Values:
    return inputs[0].reshape(len(inputs[0]), *op.output.shape)


def _transpose(
    op: QuantizedOp[TransposeAttrs], params: TransposeParams, inputs: list[Values]
) -> Values:
    return np.ascontiguousarray(inputs[0].transpose(0, *(axis + 1 for axis in params.perm)))


def _dynamic_copy(op: QuantizedOp[ReshapeAttrs], inputs: list[Values]) -> Values:
    return inputs[0].reshape(len(inputs[0]), *op.output.shape)


_PAD_FORM = IntegerForm(_pad_params, _pad, always)
PAD = Operator(
    name="PAD",
    attrs=PadAttrs,
    shape=_pad_shape,
    float_form=_float_pad,
    gradient=_pad_gradient,
    scale=_MOVED,
    guard=RangeGuard(_WHY_FREE),
    int8=_PAD_FORM,
    int16=_PAD_FORM,
    dynamic=NO_DYNAMIC,
)
_CONCATENATION_FORM = IntegerForm[ConcatAttrs, ConcatParams](
    lambda op: ConcatParams(op.attrs.axis), _concatenate, always
)
CONCATENATION = Operator(
    name="CONCATENATION",
    attrs=ConcatAttrs,
    shape=_concatenated_shape,
    float_form=_float_concatenation,
    gradient=_concatenation_gradient,
    scale=OutputScale(joined=True, moves=True),
    guard=RangeGuard(_WHY_FREE),
    int8=_CONCATENATION_FORM,
    int16=_CONCATENATION_FORM,
    dynamic=NO_DYNAMIC,
    element=unchanged,
)
_COPY_FORM = IntegerForm[ReshapeAttrs, CopyParams](lambda op: CopyParams(), _copy, always)
RESHAPE = Operator(
    name="RESHAPE",
    attrs=ReshapeAttrs,
    shape=_reshaped_shape,
    float_form=_float_reshape,
    gradient=_reshape_gradient,
    scale=_MOVED,
    guard=RangeGuard(_WHY_FREE),
    int8=_COPY_FORM,
    int16=_COPY_FORM,
    dynamic=_dynamic_copy,
    element=unchanged,
)
SQUEEZE = replace(RESHAPE, name="SQUEEZE")
_TRANSPOSE_FORM = IntegerForm[TransposeAttrs, TransposeParams](
    lambda op: TransposeParams(op.attrs.perm), _transpose, always
)
TRANSPOSE = Operator(
    name="TRANSPOSE",
    attrs=TransposeAttrs,
    shape=_transposed_shape,
    float_form=_float_transpose,
    gradient=_transpose_gradient,
    scale=_MOVED,
    guard=RangeGuard(_WHY_FREE),
    int8=_TRANSPOSE_FORM,
    int16=_TRANSPOSE_FORM,
    dynamic=NO_DYNAMIC,
)
