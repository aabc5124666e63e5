"""SELECT_V2: of two tensors the first where a truth value holds, else the second; broadcasting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import broadcast_shape
from mcuq.ops.broadcast import aligned, unbroadcast
from mcuq.ops.elements import selected
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
class SelectParams:
    """Values are chosen as they are stored: both and the result share one scale."""


def _real(attrs: NoAttrs, operands: list[Operand]) -> Array:
    rank = max(operand.rank for operand in operands)
    condition, first, second = (operand.aligned(rank) for operand in operands)
    return np.where(condition != 0, first, second)


def _gradient(attrs: NoAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    condition, first, second = aligned(xs)
    chosen = condition != 0

    def backward(g: Values) -> list[Values]:
        return [
            np.zeros(xs[0].shape, g.dtype),
            unbroadcast(np.where(chosen, g, 0), xs[1].shape),
            unbroadcast(np.where(chosen, 0, g), xs[2].shape),
        ]

    return np.where(chosen, first, second), backward


def _run(op: QuantizedOp[NoAttrs], params: SelectParams, inputs: list[Values]) -> Values:
    return np.where(*aligned(inputs))


_FORM = IntegerForm[NoAttrs, SelectParams](lambda op: SelectParams(), _run, always)
SELECT_V2 = Operator(
    name="SELECT_V2",
    attrs=NoAttrs,
    shape=broadcast_shape,
    float_form=_real,
    gradient=_gradient,
    scale=OutputScale(joined=True, moves=True),
    guard=RangeGuard("values are selected, none is computed"),
    int8=_FORM,
    int16=_FORM,
    dynamic=NO_DYNAMIC,
    element=selected,
)
