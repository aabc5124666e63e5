"""Max, Min and Clip: a ReLU where they are one, else additions around it.

max(a, b) = b + relu(a - b) and min(a, b) = b - relu(b - a); between two numbers,
clip(x, l, h) = l + (h - l) / 6 × relu6((x - l) × 6 / (h - l)). What is added or multiplied first
goes into the layer before, where there is one.
"""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.frontends.builder import GraphBuilder
from mcuq.frontends.onnx.layout import result
from mcuq.frontends.onnx.rules.common import (
    Rule,
    computed_input,
    constant_inputs,
    never_negative,
)
from mcuq.frontends.onnx.rules.elementwise import (
    binary,
    one_computed_input,
    part,
    unary,
    with_inputs,
)
from mcuq.frontends.onnx.value import Node, Value
from mcuq.graph import Activation, BinaryAttrs, OpKind

_LARGEST = 1000.0
"""A bound beyond would cost digits of every value: a float32 has seven."""


def bounds_in_order(node: Node) -> str | None:
    """The lower bound of a Clip is below the upper one.

    The layer gives one number, whatever it reads: leave it out.
    """
    low, high = _clip_bounds(node)
    return None if low < high else f"{low:g} and {high:g}"


def moderate_bounds(node: Node) -> str | None:
    """The bounds of Clip, Max and Min lie between -1000 and 1000, or are not finite.

    Scale the values before, or leave the bound out if no value reaches it.
    """
    for value in node.inputs:
        data = None if value is None else value.data
        finite = [] if data is None else data[np.abs(data) < np.finfo(np.float32).max]
        if np.size(finite) and np.abs(finite).max() > _LARGEST:
            return f"one is {float(np.abs(finite).max()):g}"
    return None


def _bound(data: npt.NDArray[Any] | None, default: float) -> float:
    """A constant as a bound; what no float32 exceeds is none."""
    value = default if data is None else float(data.reshape(-1)[0])
    return value if abs(value) < np.finfo(np.float32).max else float(np.copysign(np.inf, value))


def _clip_bounds(node: Node) -> tuple[float, float]:
    return _bound(node.constant(1), -np.inf), _bound(node.constant(2), np.inf)


def _clip(build: GraphBuilder, node: Node) -> list[Value]:
    return [_clipped(build, node, node.value(), *_clip_bounds(node))]


def _clipped(build: GraphBuilder, node: Node, x: Value, low: float, high: float) -> Value:
    if low == 0 and high == np.inf:
        return unary(OpKind.RELU)(build, with_inputs(node, (x,)))[0]
    if high == 6 and (low == 0 or (low == -np.inf and never_negative(build, x.name))):
        return unary(OpKind.RELU6)(build, with_inputs(node, (x,)))[0]
    if (low, high) == (-1, 1):
        zero = build.constant(np.zeros(1), f"{node.name}/zero")
        attrs = BinaryAttrs(Activation.RELU_N1_TO_1)
        return result(build, build.op(OpKind.ADD, attrs, [x.name, zero], node.name), x.order)
    if high == np.inf:
        return x if low == -np.inf else _larger(build, node, x, _number(low, x))
    if low == -np.inf:
        return _smaller(build, node, x, _number(high, x))
    return _between(build, node, x, low, high)


def _number(value: float, like: Value) -> Value:
    return Value((1,) * like.rank, data=np.full((1,) * like.rank, value, np.float32))


def _larger(build: GraphBuilder, node: Node, a: Value, b: Value) -> Value:
    """b + relu(a - b)"""
    above = _rectified(build, node, a, b)
    return binary(OpKind.ADD)(build, with_inputs(node, (above, b)))[0]


def _smaller(build: GraphBuilder, node: Node, a: Value, b: Value) -> Value:
    """b - relu(b - a)"""
    below = _rectified(build, node, b, a)
    return binary(OpKind.SUB)(build, with_inputs(node, (b, below)))[0]


def _rectified(build: GraphBuilder, node: Node, a: Value, b: Value) -> Value:
    difference = binary(OpKind.SUB)(build, part(node, "difference", a, b))[0]
    return unary(OpKind.RELU)(build, part(node, "relu", difference))[0]


def _between(build: GraphBuilder, node: Node, x: Value, low: float, high: float) -> Value:
    """low + (high - low) / 6 × relu6((x - low) × 6 / (high - low))"""
    width = (high - low) / 6
    for kind, number in ((OpKind.MUL, 1 / width), (OpKind.SUB, low / width)):
        if number != (kind is OpKind.MUL):
            x = binary(kind)(build, part(node, "scaled", x, _number(number, x)))[0]
    x = unary(OpKind.RELU6)(build, part(node, "relu6", x))[0]
    x = binary(OpKind.MUL)(build, with_inputs(node, (x, _number(width, x))))[0]
    return binary(OpKind.ADD)(build, with_inputs(node, (x, _number(low, x))))[0] if low else x


def _extreme(build: GraphBuilder, node: Node, largest: bool) -> list[Value]:
    values = [value for value in node.inputs if value is not None]
    computed = [value for value in values if value.data is None]
    rank = max(value.rank for value in computed)
    constants = [value for value in values if value.data is not None]
    numbers = [value for value in constants if _is_number(value, rank)]
    spread = [value for value in constants if not _is_number(value, rank)]
    step = _larger if largest else _smaller
    x = reduce(lambda a, b: step(build, node, a, b), [*computed, *spread])
    bounds = [_bound(value.data, 0.0) for value in numbers]
    if largest:
        return [_clipped(build, node, x, max(bounds, default=-np.inf), np.inf)]
    return [_clipped(build, node, x, -np.inf, min(bounds, default=np.inf))]


def _is_number(constant: Value, rank: int) -> bool:
    """Whether a constant is one number, which adds no dimension to values of `rank`."""
    return math.prod(constant.shape) == 1 and constant.rank <= rank


def _max(build: GraphBuilder, node: Node) -> list[Value]:
    return _extreme(build, node, largest=True)


def _min(build: GraphBuilder, node: Node) -> list[Value]:
    return _extreme(build, node, largest=False)


_CONSTRAINTS = (one_computed_input, moderate_bounds)

RULES = {
    "Clip": Rule(_clip, (computed_input, constant_inputs(1, 2), bounds_in_order, moderate_bounds)),
    "Max": Rule(_max, _CONSTRAINTS),
    "Min": Rule(_min, _CONSTRAINTS),
}
