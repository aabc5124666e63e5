"""Operators on truth values: LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT, with NumPy broadcasting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import broadcast_shape
from mcuq.ops.broadcast import aligned
from mcuq.ops.elements import logical
from mcuq.ops.flat import flat
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    IntegerForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Values,
    always,
)


@dataclass(frozen=True)
class LogicParams:
    """Truth values need no scales."""


def _operator(name: str, combine: Callable[..., Any]) -> Operator[NoAttrs, LogicParams, Any]:
    """The operator of a NumPy function of one or two arrays of truth values."""

    def real(attrs: NoAttrs, operands: list[Operand]) -> Array:
        rank = max(operand.rank for operand in operands)
        values = [operand.aligned(rank) != 0 for operand in operands]
        result: Array = combine(*values).astype(np.float32)
        return result

    def run(op: QuantizedOp[NoAttrs], params: LogicParams, inputs: list[Values]) -> Values:
        result: Values = combine(*aligned(inputs))
        return result

    def value(attrs: NoAttrs, xs: list[Values]) -> Any:
        return combine(*(x != 0 for x in aligned(xs)))

    form = IntegerForm[NoAttrs, LogicParams](lambda op: LogicParams(), run, always)
    return Operator(
        name=name,
        attrs=NoAttrs,
        shape=broadcast_shape,
        float_form=real,
        gradient=flat(value),
        scale=OutputScale(),
        guard=RangeGuard("truth values have no scales"),
        int8=form,
        int16=form,
        dynamic=NO_DYNAMIC,
        element=logical,
    )


LOGICAL_AND = _operator("LOGICAL_AND", np.logical_and)
LOGICAL_OR = _operator("LOGICAL_OR", np.logical_or)
LOGICAL_NOT = _operator("LOGICAL_NOT", np.logical_not)
