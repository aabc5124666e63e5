"""STRIDED_SLICE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class StridedSliceAttrs(Attrs):
    """STRIDED_SLICE, masks already resolved: one begin, end, stride a dimension of the input.

    `end` may be -1 below a negative stride (past the first element). `shrink` lists the
    dimensions that the result drops.
    """

    begin: tuple[int, ...]
    end: tuple[int, ...]
    strides: tuple[int, ...]
    shrink: tuple[int, ...] = ()

    @property
    def lengths(self) -> tuple[int, ...]:
        """Elements taken along each dimension of the input."""
        triples = zip(self.begin, self.end, self.strides, strict=True)
        return tuple(len(range(begin, end, stride)) for begin, end, stride in triples)

    @property
    def part(self) -> tuple[slice, ...]:
        """What is taken of (samples, *shape)."""
        triples = zip(self.begin, self.end, self.strides, strict=True)
        slices = (slice(begin, None if end < 0 else end, step) for begin, end, step in triples)
        return (slice(None), *slices)


@dataclass(frozen=True)
class StridedSliceParams:
    """STRIDED_SLICE: begin, end (-1: past the first element) and stride of each dimension."""

    begin: tuple[int, ...]
    end: tuple[int, ...]
    strides: tuple[int, ...]


def _sliced_shape(attrs: StridedSliceAttrs, inputs: Sequence[Shape]) -> Shape:
    if not len(attrs.begin) == len(attrs.end) == len(attrs.strides) == len(inputs[0]):
        raise ValueError(f"begin, end and strides do not match {len(inputs[0])} dimensions")
    lengths = attrs.lengths
    if 0 in lengths:
        raise ValueError(f"the slice of {inputs[0]} is empty")
    return tuple(n for axis, n in enumerate(lengths) if axis not in attrs.shrink)


def _float_slice(attrs: StridedSliceAttrs, operands: list[Operand]) -> Array:
    part = operands[0].values[attrs.part]
    return part.squeeze(axis=tuple(1 + axis for axis in attrs.shrink))


def _slice_gradient(
    attrs: StridedSliceAttrs, xs: list[Values], shape: Shape
) -> tuple[Values, Backward]:
    (x,) = xs
    picked = x[attrs.part]

    def backward(g: Values) -> list[Values]:
        whole = np.zeros_like(x)
        whole[attrs.part] = g.reshape(picked.shape)
        return [whole]

    return picked.reshape(len(x), *shape), backward


def _slice_params(op: QuantizedOp[StridedSliceAttrs]) -> StridedSliceParams:
    return StridedSliceParams(op.attrs.begin, op.attrs.end, op.attrs.strides)


def _slice(
    op: QuantizedOp[StridedSliceAttrs], params: StridedSliceParams, inputs: list[Values]
) -> Values:
    picked = np.ascontiguousarray(inputs[0][op.attrs.part])
    return picked.reshape(len(inputs[0]), *op.output.shape)


_SLICE_FORM = IntegerForm(_slice_params, _slice, always)
STRIDED_SLICE = Operator(
    name="STRIDED_SLICE",
    attrs=StridedSliceAttrs,
    shape=_sliced_shape,
    float_form=_float_slice,
    gradient=_slice_gradient,
    scale=OutputScale(same=True, moves=True),
    guard=RangeGuard("values are selected, none is computed"),
    int8=_SLICE_FORM,
    int16=_SLICE_FORM,
    dynamic=NO_DYNAMIC,
    element=unchanged,
)
