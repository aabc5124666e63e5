"""Operators on truth values: LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT, with NumPy broadcasting, and
REDUCE_ALL over any dimensions."""

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
from mcuq.ops.mean import MeanAttrs, reduced_shape
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
from mcuq.ops.reduce_min import ReduceParams


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


def _all(attrs: MeanAttrs, x: Values) -> Values:
    """Of truth values (N, *shape) those that hold throughout the dimensions that go."""
    axes = tuple(axis + 1 for axis in attrs.axes)
    result: Values = (x != 0).all(axis=axes, keepdims=attrs.keep_dims)
    return result


def _run_all(op: QuantizedOp[MeanAttrs], params: ReduceParams, inputs: list[Values]) -> Values:
    return _all(op.attrs, inputs[0])


_ALL_FORM = IntegerForm[MeanAttrs, ReduceParams](
    lambda op: ReduceParams(op.attrs.axes), _run_all, always
)
REDUCE_ALL = Operator(
    name="REDUCE_ALL",
    attrs=MeanAttrs,
    shape=reduced_shape,
    float_form=lambda attrs, operands: _all(attrs, operands[0].values).astype(np.float32),
    gradient=flat(lambda attrs, xs: _all(attrs, xs[0])),
    scale=OutputScale(),
    guard=RangeGuard("truth values have no scales"),
    int8=_ALL_FORM,
    int16=_ALL_FORM,
    dynamic=NO_DYNAMIC,
    element=logical,
)
