"""DYNAMIC_UPDATE_SLICE at a place that is known before the model runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcuq.ops.attrs import Attrs
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
class UpdateAttrs(Attrs):
    """DYNAMIC_UPDATE_SLICE: the first element that the second input replaces, per dimension."""

    start: tuple[int, ...]

    def part(self, size: Shape) -> tuple[slice, ...]:
        """What is replaced of (samples, *shape) by something of this size."""
        return (slice(None), *(slice(s, s + n) for s, n in zip(self.start, size, strict=True)))


@dataclass(frozen=True)
class UpdateParams:
    """DYNAMIC_UPDATE_SLICE: the first element that is replaced."""

    start: tuple[int, ...]


def _updated_shape(attrs: UpdateAttrs, inputs: Sequence[Shape]) -> Shape:
    whole, size = inputs
    if not len(whole) == len(size) == len(attrs.start):
        raise ValueError(f"{size} at {attrs.start} does not match {len(whole)} dimensions")
    for first, count, total in zip(attrs.start, size, whole, strict=True):
        if first < 0 or first + count > total:
            raise ValueError(f"{size} at {attrs.start} lies outside {whole}")
    return whole


def _updated(attrs: UpdateAttrs, inputs: list[Values]) -> Values:
    """Constants have one sample: they are repeated for all."""
    whole, update = inputs
    samples = max(len(whole), len(update))
    result = np.array(np.broadcast_to(whole, (samples, *whole.shape[1:])))
    result[attrs.part(update.shape[1:])] = update
    return result


def _float_update(attrs: UpdateAttrs, operands: list[Operand]) -> Array:
    return _updated(attrs, [operand.aligned(operand.rank) for operand in operands])


def _update_gradient(attrs: UpdateAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    part = attrs.part(xs[1].shape[1:])

    def backward(g: Values) -> list[Values]:
        whole = g.copy()
        whole[part] = 0
        return [whole, g[part]]

    return _updated(attrs, xs), backward


def _integers(op: QuantizedOp[UpdateAttrs], params: UpdateParams, inputs: list[Values]) -> Values:
    return _updated(op.attrs, inputs)


_FORM = IntegerForm[UpdateAttrs, UpdateParams](
    lambda op: UpdateParams(op.attrs.start), _integers, always
)
DYNAMIC_UPDATE_SLICE = Operator(
    name="DYNAMIC_UPDATE_SLICE",
    attrs=UpdateAttrs,
    shape=_updated_shape,
    float_form=_float_update,
    gradient=_update_gradient,
    scale=OutputScale(joined=True, moves=True),
    guard=RangeGuard("values are moved, none is computed"),
    int8=_FORM,
    int16=_FORM,
    dynamic=NO_DYNAMIC,
)
