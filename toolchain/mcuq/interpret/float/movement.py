"""PAD, CONCATENATION, RESHAPE, SQUEEZE, TRANSPOSE and STRIDED_SLICE."""

from __future__ import annotations

from typing import cast

import numpy as np

from mcuq.graph import (
    Attrs,
    ConcatAttrs,
    PadAttrs,
    ReshapeAttrs,
    StridedSliceAttrs,
    TransposeAttrs,
)
from mcuq.interpret.float.operand import Array, Operand


def pad(attrs: Attrs, operands: list[Operand]) -> Array:
    return np.pad(operands[0].values, ((0, 0), *cast(PadAttrs, attrs).paddings))


def concatenation(attrs: Attrs, operands: list[Operand]) -> Array:
    samples = next(len(operand.values) for operand in operands if not operand.constant)
    parts = [
        np.broadcast_to(operand.values, (samples, *operand.values.shape))
        if operand.constant
        else operand.values
        for operand in operands
    ]
    return np.concatenate(parts, axis=1 + cast(ConcatAttrs, attrs).axis)


def reshape(attrs: Attrs, operands: list[Operand]) -> Array:
    x = operands[0].values
    return x.reshape(len(x), *cast(ReshapeAttrs, attrs).shape)


def transpose(attrs: Attrs, operands: list[Operand]) -> Array:
    perm = cast(TransposeAttrs, attrs).perm
    return np.transpose(operands[0].values, (0, *(1 + axis for axis in perm)))


def strided_slice(attrs: Attrs, operands: list[Operand]) -> Array:
    attrs = cast(StridedSliceAttrs, attrs)
    bounds = zip(attrs.begin, attrs.end, attrs.strides, strict=True)
    slices = (slice(begin, None if end < 0 else end, step) for begin, end, step in bounds)
    part = operands[0].values[(slice(None), *slices)]
    return part.squeeze(axis=tuple(1 + axis for axis in attrs.shrink))
