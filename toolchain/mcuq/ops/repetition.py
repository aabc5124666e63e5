"""BROADCAST_TO."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcuq.ops.attrs import Attrs
from mcuq.ops.broadcast import unbroadcast
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
class BroadcastAttrs(Attrs):
    """BROADCAST_TO: the result's shape, by NumPy's rules."""

    shape: tuple[int, ...]


@dataclass(frozen=True)
class BroadcastParams:
    """BROADCAST_TO: nothing but the shapes of its tensors."""


def _broadcast_shape(attrs: BroadcastAttrs, inputs: Sequence[Shape]) -> Shape:
    try:
        reached = np.broadcast_shapes(inputs[0], attrs.shape)
    except ValueError:
        reached = ()
    if reached != attrs.shape:
        raise ValueError(f"{inputs[0]} cannot be broadcast to {attrs.shape}")
    return attrs.shape


def _broadcast(shape: Shape, x: Values) -> Values:
    """(N, *input) → (N, *shape)."""
    missing = (1,) * (len(shape) - (x.ndim - 1))
    aligned = x.reshape(len(x), *missing, *x.shape[1:])
    return np.ascontiguousarray(np.broadcast_to(aligned, (len(x), *shape)))


def _float_broadcast(attrs: BroadcastAttrs, operands: list[Operand]) -> Array:
    (x,) = operands
    return _broadcast(attrs.shape, x.aligned(x.rank))


def _broadcast_gradient(
    attrs: BroadcastAttrs, xs: list[Values], shape: Shape
) -> tuple[Values, Backward]:
    (x,) = xs
    return _broadcast(shape, x), lambda g: [unbroadcast(g, x.shape)]


def _repeat(
    op: QuantizedOp[BroadcastAttrs], params: BroadcastParams, inputs: list[Values]
) -> Values:
    return _broadcast(op.output.shape, inputs[0])


_FORM = IntegerForm[BroadcastAttrs, BroadcastParams](lambda op: BroadcastParams(), _repeat, always)
BROADCAST_TO = Operator(
    name="BROADCAST_TO",
    attrs=BroadcastAttrs,
    shape=_broadcast_shape,
    float_form=_float_broadcast,
    gradient=_broadcast_gradient,
    scale=OutputScale(same=True, moves=True),
    guard=RangeGuard("values are repeated, none is computed"),
    int8=_FORM,
    int16=_FORM,
    dynamic=NO_DYNAMIC,
)
