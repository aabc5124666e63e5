"""REDUCE_MIN over any dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Never

from mcuq.ops.mean import MeanAttrs, reduced_shape
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


@dataclass(frozen=True)
class ReduceParams:
    """REDUCE_MIN and REDUCE_ALL: stored values are compared."""

    axes: tuple[int, ...]


def _float(attrs: MeanAttrs, operands: list[Operand]) -> Array:
    axes = tuple(axis + 1 for axis in attrs.axes)
    result: Array = operands[0].values.min(axis=axes, keepdims=attrs.keep_dims)
    return result


def _gradient(attrs: MeanAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    """Of several least elements each takes its share."""
    (x,) = xs
    axes = tuple(axis + 1 for axis in attrs.axes)
    kept = x.min(axis=axes, keepdims=True)
    least = x == kept
    share = least / least.sum(axis=axes, keepdims=True)

    def backward(g: Values) -> list[Values]:
        return [share * g.reshape(kept.shape)]

    return kept.reshape(len(x), *shape), backward


def _least(op: QuantizedOp[MeanAttrs], params: ReduceParams, inputs: list[Values]) -> Values:
    axes = tuple(axis + 1 for axis in params.axes)
    least: Values = inputs[0].min(axis=axes)
    return least.reshape(len(inputs[0]), *op.output.shape)


REDUCE_MIN: Operator[MeanAttrs, ReduceParams, Never] = Operator(
    name="REDUCE_MIN",
    attrs=MeanAttrs,
    shape=reduced_shape,
    float_form=_float,
    gradient=_gradient,
    scale=OutputScale(same=True),
    guard=RangeGuard("values are selected on the input's scale"),
    int8=IntegerForm(lambda op: ReduceParams(op.attrs.axes), _least, always),
    int16=NoForm("TensorFlow Lite Micro has REDUCE_MIN for int8 only: use MINIMUM of slices"),
    dynamic=NO_DYNAMIC,
)
