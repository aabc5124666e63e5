"""AVERAGE_POOL_2D, MAX_POOL_2D, MEAN, SUM, REDUCE_MIN, REDUCE_MAX, REDUCE_ALL and REDUCE_ANY."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from mcuq.ops.attrs import NoAttrs
from mcuq.ops.logic import LOGICAL_NOT, REDUCE_ALL
from mcuq.ops.mean import MEAN, SUM, MeanAttrs
from mcuq.ops.operator import Operator
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, PoolAttrs
from mcuq.ops.reduce_min import REDUCE_MIN
from mcuq.ops.reduction import largest_over
from mcuq.tflite.operators.common import (
    activation,
    constant_operands,
    fused_activation,
    known_padding,
    padding,
    positive_steps,
    requiring,
    write_window,
)
from mcuq.tflite.operators.form import Rule, Step, TfliteForm, no_constants
from mcuq.tflite.operators.version import ByType, Version, first_version
from mcuq.tflite.operators.view import OpView


class Pool2D(IntEnum):
    """Pool2DOptions."""

    PADDING = 0
    STRIDE_W = 1
    STRIDE_H = 2
    FILTER_WIDTH = 3
    FILTER_HEIGHT = 4
    ACTIVATION = 5


class Reducer(IntEnum):
    """ReducerOptions."""

    KEEP_DIMS = 0


def axes_in_range(op: OpView) -> str | None:
    """The axes of a reduction are dimensions of its input.

    The file is damaged: export it again.
    """
    rank = len(op.shape(0))
    axes = op.integers(1)
    return None if all(-rank <= axis < rank for axis in axes) else f"{axes} of {rank} dimensions"


POOL_CONSTRAINTS = requiring(
    known_padding(Pool2D.PADDING),
    positive_steps(Pool2D.STRIDE_H, Pool2D.STRIDE_W, Pool2D.FILTER_HEIGHT, Pool2D.FILTER_WIDTH),
    fused_activation(Pool2D.ACTIVATION),
)
"""Of every pooling."""


def pool_attrs(op: OpView) -> PoolAttrs:
    return PoolAttrs(
        filter=(op.int32(Pool2D.FILTER_HEIGHT), op.int32(Pool2D.FILTER_WIDTH)),
        stride=(op.int32(Pool2D.STRIDE_H), op.int32(Pool2D.STRIDE_W)),
        padding=padding(op, Pool2D.PADDING),
        activation=activation(op, Pool2D.ACTIVATION),
    )


def _write_pool(attrs: PoolAttrs, options: Any) -> None:
    write_window(options, attrs)
    options.filterHeight, options.filterWidth = attrs.filter


def _pool_form(operator: Operator[PoolAttrs, Any, Any], resolver: str) -> TfliteForm[PoolAttrs]:
    rule = Rule(operator, "Pool2DOptions", pool_attrs, POOL_CONSTRAINTS)
    return TfliteForm(rule, _write_pool, no_constants, ByType(int8=2, int16=3), resolver)


def _mean(op: OpView) -> MeanAttrs:
    rank = len(op.shape(0))
    axes = sorted({axis % rank for axis in op.integers(1)})
    return MeanAttrs(tuple(axes), op.boolean(Reducer.KEEP_DIMS))


def _write_mean(attrs: MeanAttrs, options: Any) -> None:
    options.keepDims = attrs.keep_dims


def _reduction(
    operator: Operator[MeanAttrs, Any, Any], version: Version, resolver: str
) -> TfliteForm[MeanAttrs]:
    constraints = requiring(constant_operands(1), axes_in_range)
    rule = Rule(operator, "ReducerOptions", _mean, constraints, required=2)
    return TfliteForm(rule, _write_mean, lambda attrs: (attrs.axes,), version, resolver)


def _largest(op: OpView) -> tuple[Step, ...]:
    mean, shape = _mean(op), op.shape(0)
    result = MEAN.shape(mean, [shape])
    chain = largest_over(shape, mean.axes, result)
    count = len(op.operands)
    return tuple(
        Step(kind, attrs, (0 if number == 0 else count + number - 1,), stored_as=0)
        for number, (kind, attrs) in enumerate(chain)
    )


def _any(op: OpView) -> tuple[Step, ...]:
    """Not: none of them holds."""
    first = len(op.operands)
    return (
        Step(LOGICAL_NOT, NoAttrs(), (0,)),
        Step(REDUCE_ALL, _mean(op), (first,)),
        Step(LOGICAL_NOT, NoAttrs(), (first + 1,)),
    )


FORMS: tuple[TfliteForm[Any], ...] = (
    _pool_form(AVERAGE_POOL_2D, "AddAveragePool2D"),
    _pool_form(MAX_POOL_2D, "AddMaxPool2D"),
    _reduction(MEAN, ByType(int8=2, int16=3), "AddMean"),
    _reduction(SUM, ByType(int8=2, int16=1), "AddSum"),
    _reduction(REDUCE_MIN, ByType(int8=2, int16=3), "AddReduceMin"),
    _reduction(REDUCE_ALL, first_version, "AddReduceAll"),
)
FURTHER_RULES = {
    "REDUCE_MAX": Rule[Any](
        MAX_POOL_2D,
        "ReducerOptions",
        _mean,
        requiring(constant_operands(1), axes_in_range),
        required=2,
        steps=_largest,
    ),
    "REDUCE_ANY": Rule[Any](
        REDUCE_ALL,
        "ReducerOptions",
        _mean,
        requiring(constant_operands(1), axes_in_range),
        required=2,
        steps=_any,
    ),
}
