"""Reductions over some axes: by MEAN and by maxima; sums are means times how many there are."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import result
from mcuq.importers.onnx.rules.common import (
    NodeRule,
    axes_inside,
    computed_input,
    constant_inputs,
    listed_axes,
)
from mcuq.importers.onnx.rules.elementwise import one_computed_input
from mcuq.importers.onnx.rules.steps import Steps, constant, order_left
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.binary import ADD, MUL, SUB
from mcuq.ops.functions import ABS
from mcuq.ops.mean import MEAN, MeanAttrs
from mcuq.ops.real_functions import EXP, LOG, SQRT
from mcuq.ops.reduction import largest_over, neighbours

Over = Callable[[Steps, NodeValue, tuple[int, ...], bool], NodeValue]
"""(graph and node, input, ONNX's axes, whether they stay as dimensions of 1) → the result."""


def neighbouring_axes(node: Node) -> str | None:
    """A maximum or minimum runs over neighbouring axes, as they are stored.

    Take it over the image (height and width), or transpose before it.
    """
    x = node.value()
    positions = {x.position(axis) for axis in _reduced(node)}
    return None if neighbours(x.stored, positions) else f"it is over axes of {x.shape} apart"


def _reduced(node: Node) -> set[int]:
    """The axes that a reduction takes away; none where it does nothing."""
    rank = node.value().rank
    axes = listed_axes(node, 1) or ()
    if not axes and not node.integer("noop_with_empty_axes", 0):
        axes = tuple(range(rank))
    return {axis % rank for axis in axes}


def _mean(steps: Steps, x: NodeValue, axes: tuple[int, ...], keep: bool) -> NodeValue:
    return steps.mean(x, axes, keep=keep)


def _sum(
    steps: Steps, x: NodeValue, axes: tuple[int, ...], keep: bool, suffix: str = ""
) -> NodeValue:
    count = math.prod(x.shape[axis] for axis in axes)
    if count == 1:
        return steps.mean(x, axes, suffix, keep=keep)
    mean = steps.mean(x, axes, "mean", keep=keep)
    return steps(MUL, mean, constant(np.full(1, count, np.float32)), suffix=suffix)


def magnitudes(steps: Steps, x: NodeValue, axes: tuple[int, ...], keep: bool) -> NodeValue:
    """Σ |x|"""
    return _sum(steps, steps(ABS, x, suffix="abs"), axes, keep)


def _squares(
    steps: Steps, x: NodeValue, axes: tuple[int, ...], keep: bool, suffix: str = ""
) -> NodeValue:
    return _sum(steps, steps(MUL, x, x, suffix="square"), axes, keep, suffix)


def norm(steps: Steps, x: NodeValue, axes: tuple[int, ...], keep: bool) -> NodeValue:
    """√(Σ x²)"""
    return steps(SQRT, _squares(steps, x, axes, keep, "squares"))


def _logarithm(steps: Steps, x: NodeValue, axes: tuple[int, ...], keep: bool) -> NodeValue:
    """log(Σ x)"""
    return steps(LOG, _sum(steps, x, axes, keep, "sum"))


def _of_exponentials(steps: Steps, x: NodeValue, axes: tuple[int, ...], keep: bool) -> NodeValue:
    """log(Σ exp(x)), less the largest x, which is added again: no power overflows."""
    largest = _largest(steps, x, axes, True)
    powers = steps(EXP, steps(SUB, x, largest, suffix="below"), suffix="exp")
    total = steps(LOG, _sum(steps, powers, axes, True, "sum"), suffix="log")
    y = steps(ADD, total, largest)
    if keep:
        return y
    left = [size for axis, size in enumerate(x.shape) if axis not in axes]
    return steps.reshape(y, left)


def _largest(steps: Steps, x: NodeValue, axes: tuple[int, ...], keep: bool) -> NodeValue:
    attrs = MeanAttrs(tuple(sorted(x.position(axis) for axis in axes)), keep)
    shape, name = MEAN.shape(attrs, [x.stored]), x.name
    for kind, each in largest_over(x.stored, attrs.axes, shape):
        name = steps.build.op(kind, each, [name], steps.node.name)
    return result(steps.build, name, order_left(x, () if keep else axes))


def _smallest(steps: Steps, x: NodeValue, axes: tuple[int, ...], keep: bool) -> NodeValue:
    minus = constant(np.full(1, -1.0))
    negative = steps(MUL, x, minus, suffix="negative")
    return steps(MUL, _largest(steps, negative, axes, keep), minus)


def _reduce(over: Over, build: GraphBuilder, node: Node) -> list[NodeValue]:
    x, reduced = node.value(), _reduced(node)
    if not reduced:
        return [x]
    keep = bool(node.integer("keepdims", 1))
    return [over(Steps(build, node), x, tuple(sorted(reduced)), keep)]


def _all(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """The sum of all inputs, or their mean."""
    steps = Steps(build, node)
    values = [value for value in node.inputs if value is not None]
    total = values[0]
    for value in values[1:]:
        total = steps(ADD, total, value)
    share = constant(np.full(1, 1 / len(values)))
    return [steps(MUL, total, share) if node.kind == "Mean" and len(values) > 1 else total]


_REDUCTION = (computed_input, constant_inputs(1), axes_inside(1))

RULES = {
    "ReduceMean": NodeRule(partial(_reduce, _mean), _REDUCTION),
    "ReduceMax": NodeRule(partial(_reduce, _largest), (*_REDUCTION, neighbouring_axes)),
    "ReduceMin": NodeRule(partial(_reduce, _smallest), (*_REDUCTION, neighbouring_axes)),
    "ReduceL2": NodeRule(partial(_reduce, norm), _REDUCTION),
    "ReduceLogSum": NodeRule(partial(_reduce, _logarithm), _REDUCTION),
    "ReduceLogSumExp": NodeRule(
        partial(_reduce, _of_exponentials), (*_REDUCTION, neighbouring_axes)
    ),
    "ReduceL1": NodeRule(partial(_reduce, magnitudes), _REDUCTION),
    "ReduceSum": NodeRule(partial(_reduce, _sum), _REDUCTION),
    "ReduceSumSquare": NodeRule(partial(_reduce, _squares), _REDUCTION),
    "Mean": NodeRule(_all, (one_computed_input,)),
    "Sum": NodeRule(_all, (one_computed_input,)),
}
