"""Max, Min and Clip: a ReLU where they are one, else a CLIP; of two values MAXIMUM and MINIMUM.

With a constant of more than one number, additions around a ReLU: max(a, b) = b + relu(a - b) and
min(a, b) = b - relu(b - a). What is added first goes into the layer before, where there is one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import result
from mcuq.importers.onnx.rules.common import (
    NodeRule,
    computed_input,
    constant_inputs,
    never_negative,
)
from mcuq.importers.onnx.rules.elementwise import (
    binary,
    one_computed_input,
    part,
    unary,
    with_inputs,
)
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.numeric.activation import Activation
from mcuq.ops.binary import ADD, SUB, BinaryAttrs
from mcuq.ops.clip import CLIP, ClipAttrs
from mcuq.ops.extremes import MAXIMUM, MINIMUM
from mcuq.ops.unary import RELU, RELU6

_LARGEST = 1000.0
"""A bound beyond would cost digits of every value: a float32 has seven."""


@dataclass(frozen=True)
class _Operands:
    """What a node compares.

    Attributes:
        values: computed ones, then constants of more than one number.
        low, high: the numbers that it holds them between.
    """

    values: tuple[NodeValue, ...]
    low: float
    high: float


def bounds_in_order(node: Node) -> str | None:
    """The lower bound of a clip is below the upper one.

    The layer gives one number, whatever it reads: leave it out.
    """
    operands = _operands(node)
    low, high = operands.low, operands.high
    return None if low < high else f"{low:g} and {high:g}"


def moderate_bounds(node: Node) -> str | None:
    """Several bounds of a Max or Min lie between -1000 and 1000.

    Scale the values before, or leave the bound out if no value reaches it.
    """
    large = []
    for value in _operands(node).values:
        if value.data is not None and np.abs(value.data).max(initial=0) > _LARGEST:
            large.append(float(np.abs(value.data).max()))
    return f"one is {large[0]:g}" if large else None


def _operands(node: Node) -> _Operands:
    if node.kind == "Clip":
        low, high = _bound(node.constant(1), -np.inf), _bound(node.constant(2), np.inf)
        return _Operands((node.value(),), low, high)
    values = [value for value in node.inputs if value is not None]
    computed = [value for value in values if value.data is None]
    rank = max(value.rank for value in computed)
    constants = [value for value in values if value.data is not None]
    spread = (value for value in constants if not _is_number(value, rank))
    bounds = [_bound(value.data, 0.0) for value in constants if _is_number(value, rank)]
    low, high = -np.inf, np.inf
    if node.kind == "Max":
        low = max(bounds, default=low)
    else:
        high = min(bounds, default=high)
    return _Operands((*computed, *spread), low, high)


def _is_number(constant: NodeValue, rank: int) -> bool:
    """Whether a constant is one number, which adds no dimension to values of `rank`."""
    return math.prod(constant.shape) == 1 and constant.rank <= rank


def _bound(data: npt.NDArray[Any] | None, default: float) -> float:
    """A constant as a bound; what no float32 exceeds is none."""
    value = default if data is None else float(data.reshape(-1)[0])
    return value if abs(value) < np.finfo(np.float32).max else float(np.copysign(np.inf, value))


def _extreme(build: GraphBuilder, node: Node) -> list[NodeValue]:
    operands = _operands(node)
    step = _smaller if node.kind == "Min" else _larger
    x = reduce(lambda a, b: step(build, node, a, b), operands.values)
    return [_clipped(build, node, x, operands.low, operands.high)]


def _clipped(build: GraphBuilder, node: Node, x: NodeValue, low: float, high: float) -> NodeValue:
    if low == 0 and high == np.inf:
        return unary(RELU)(build, with_inputs(node, (x,)))[0]
    if high == 6 and (low == 0 or (low == -np.inf and never_negative(build, x.name))):
        return unary(RELU6)(build, with_inputs(node, (x,)))[0]
    if (low, high) == (-1, 1):
        zero = build.constant(np.zeros(1), f"{node.name}/zero")
        attrs = BinaryAttrs(Activation.RELU_N1_TO_1)
        return result(build, build.op(ADD, attrs, [x.name, zero], node.name), x.order)
    if (low, high) == (-np.inf, np.inf):
        return x
    return result(build, build.op(CLIP, ClipAttrs(low, high), [x.name], node.name), x.order)


def _larger(build: GraphBuilder, node: Node, a: NodeValue, b: NodeValue) -> NodeValue:
    """MAXIMUM; of a constant b + relu(a - b)."""
    if b.data is None:
        return binary(MAXIMUM)(build, with_inputs(node, (a, b)))[0]
    above = _rectified(build, node, a, b)
    return binary(ADD)(build, with_inputs(node, (above, b)))[0]


def _smaller(build: GraphBuilder, node: Node, a: NodeValue, b: NodeValue) -> NodeValue:
    """MINIMUM; of a constant b - relu(b - a)."""
    if b.data is None:
        return binary(MINIMUM)(build, with_inputs(node, (a, b)))[0]
    below = _rectified(build, node, b, a)
    return binary(SUB)(build, with_inputs(node, (b, below)))[0]


def _rectified(build: GraphBuilder, node: Node, a: NodeValue, b: NodeValue) -> NodeValue:
    difference = binary(SUB)(build, part(node, "difference", a, b))[0]
    return unary(RELU)(build, part(node, "relu", difference))[0]


_BOUNDS = (bounds_in_order, moderate_bounds)

RULES = {
    "Clip": NodeRule(_extreme, (computed_input, constant_inputs(1, 2), *_BOUNDS)),
    "Max": NodeRule(_extreme, (one_computed_input, *_BOUNDS)),
    "Min": NodeRule(_extreme, (one_computed_input, *_BOUNDS)),
}
