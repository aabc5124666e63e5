"""Arithmetic, activation functions, Softmax and what inference leaves out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mcuq.errors import InputError
from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import arranged, plain, result
from mcuq.importers.onnx.rules.common import NodeRule, axis_inside, computed_input, constant_inputs
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.numeric.element import Element
from mcuq.ops.attrs import Attrs, NoAttrs
from mcuq.ops.binary import ADD, MUL, SUB, BinaryAttrs
from mcuq.ops.elements import reals
from mcuq.ops.functions import ABS
from mcuq.ops.log_softmax import LOG_SOFTMAX
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.operator import AnyOperator, Shape
from mcuq.ops.repetition import BROADCAST_TO
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH, LeakyReluAttrs


def one_computed_input(node: Node) -> str | None:
    """At least one operand is computed by the model.

    Simplify the model before the export (onnxsim), so that constant branches are folded.
    """
    constants = [node.constant(number) is not None for number in range(len(node.inputs))]
    return "all are constants" if all(constants) else None


def out_of_training(node: Node) -> str | None:
    """A Dropout does nothing.

    Call model.eval() before the export.
    """
    training = node.constant(2)
    return "it is in training mode" if training is not None and np.any(training) else None


def binary(kind: AnyOperator) -> Callable[[GraphBuilder, Node], list[NodeValue]]:
    """An operator of a node's two inputs, either of them maybe a constant."""

    def lower(build: GraphBuilder, node: Node) -> list[NodeValue]:
        return [broadcast(build, node, kind, [node.value(0), node.value(1)])]

    return lower


def broadcast(
    build: GraphBuilder, node: Node, kind: AnyOperator, operands: Sequence[NodeValue]
) -> NodeValue:
    """An operator of operands that broadcast, at least one of them computed."""
    rank = max(operand.rank for operand in operands)
    values = [with_rank(build, operand, rank) for operand in operands]
    shape = np.broadcast_shapes(*(value.shape for value in values))
    for number, value in enumerate(values):
        others = [other.shape for other in values if other is not value]
        values[number] = _before_broadcast(build, value, others, shape)
    integers = any(_is_integer(build, value) for value in values)
    if kind.element is reals and integers:
        raise InputError(
            f"{node.where}: it computes with integers",
            "leave arithmetic with indices out of the export: give the model those that it uses",
        )
    order = _common_order(values)
    names = [_operand(build, node, value, order, integers) for value in values]
    return result(build, build.op(kind, kind.attrs(), names, node.name), order)


def _is_integer(build: GraphBuilder, value: NodeValue) -> bool:
    return value.data is None and build.element(value.name) is Element.INT32


def _before_broadcast(
    build: GraphBuilder, value: NodeValue, others: Sequence[Shape], shape: Shape
) -> NodeValue:
    """What a value is a broadcast of, where the other operands make the same of it."""
    op = None if value.data is not None else build.producer(value.name)
    if op is None or op.kind is not BROADCAST_TO:
        return value
    before = result(build, op.inputs[0], value.order)
    return before if np.broadcast_shapes(before.shape, *others) == shape else value


def with_rank(build: GraphBuilder, value: NodeValue, rank: int) -> NodeValue:
    """The value with dimensions of 1 in front, as broadcasting adds them."""
    if value.rank == rank:
        return value
    shape = (1,) * (rank - value.rank) + value.shape
    if value.data is not None:
        return NodeValue(shape, data=value.data.reshape(shape))
    name = plain(build, value)
    name = build.op(RESHAPE, ReshapeAttrs(shape), [name], f"{name}/expand")
    return NodeValue(shape, name, tuple(range(rank)))


def _common_order(values: list[NodeValue]) -> tuple[int, ...]:
    """The order of the largest computed operand: the smaller one is cheaper to move."""
    computed = [value for value in values if value.data is None]
    return max(computed, key=lambda value: int(np.prod(value.shape))).order


def _operand(
    build: GraphBuilder, node: Node, value: NodeValue, order: tuple[int, ...], integers: bool
) -> str:
    """Args:
    integers: whether an operand beside it is of integers.
    """
    if value.data is None:
        return arranged(build, value, order)
    kind = value.data.dtype.kind
    element = Element.REAL
    if kind == "b":
        element = Element.BOOL
    elif integers and kind in "iu":
        element = Element.INT32
    return build.constant(value.data.transpose(order), f"{node.name}/constant", element)


def with_inputs(node: Node, inputs: tuple[NodeValue | None, ...]) -> Node:
    """The node on other inputs."""
    return Node(node.index, node.kind, node.opset, inputs, node.outputs, node.attributes)


def part(node: Node, suffix: str, *inputs: NodeValue) -> Node:
    """A node of two inputs inside another one."""
    outputs = (f"{node.name}/{suffix}",)
    return Node(node.index, node.kind, node.opset, inputs, outputs, node.attributes)


def unary(kind: AnyOperator) -> Callable[[GraphBuilder, Node], list[NodeValue]]:
    """An operator of one computed input."""

    def lower(build: GraphBuilder, node: Node) -> list[NodeValue]:
        x = node.value()
        return [result(build, build.op(kind, NoAttrs(), [x.name], node.name), x.order)]

    return lower


def _leaky_relu(build: GraphBuilder, node: Node) -> list[NodeValue]:
    alpha = node.number("alpha", 0.01)
    return _leaky(build, node, alpha)


def _prelu(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """One slope is a LEAKY_RELU's; slopes that differ are factors of what lies below zero."""
    x, slope = node.value(), np.asarray(node.constant(1))
    if np.all(slope == slope.flat[0]):
        return _leaky(build, node, float(slope.flat[0]))
    return scaled_below(build, node, x, node.value(1))


def scaled_below(
    build: GraphBuilder, node: Node, x: NodeValue, slope: NodeValue
) -> list[NodeValue]:
    """r + slope × (x - r) with r = RELU(x)."""
    name = build.op(RELU, NoAttrs(), [x.name], f"{node.name}/relu")
    positive = result(build, name, x.order)
    negative = binary(SUB)(build, part(node, "below", x, positive))[0]
    scaled = binary(MUL)(build, part(node, "scaled", negative, slope))[0]
    return binary(ADD)(build, with_inputs(node, (positive, scaled)))


def _leaky(build: GraphBuilder, node: Node, alpha: float) -> list[NodeValue]:
    x = node.value()
    attrs = LeakyReluAttrs(float(np.float32(alpha)))
    return [result(build, build.op(LEAKY_RELU, attrs, [x.name], node.name), x.order)]


def _hard_sigmoid(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """clip(alpha × x + beta, 0, 1) as RELU6(6 × alpha × x + 6 × beta) / 6."""
    x = node.value()
    alpha, beta = node.number("alpha", 0.2), node.number("beta", 0.5)
    name = x.name
    for kind, value in ((MUL, 6 * alpha), (ADD, 6 * beta)):
        constant = build.constant(np.full(1, value), f"{node.name}/constant")
        name = build.op(kind, BinaryAttrs(), [name, constant], node.name)
    name = build.op(RELU6, NoAttrs(), [name], node.name)
    sixth = build.constant(np.full(1, 1 / 6), f"{node.name}/constant")
    name = build.op(MUL, BinaryAttrs(), [name, sixth], node.name)
    return [result(build, name, x.order)]


def _softmax(kind: AnyOperator, attrs: Attrs) -> Callable[[GraphBuilder, Node], list[NodeValue]]:
    """An operator over the last dimension; the node says which one."""

    def lower(build: GraphBuilder, node: Node) -> list[NodeValue]:
        x, order = _axis_last(node)
        name = arranged(build, x, order)
        return [result(build, build.op(kind, attrs, [name], node.name), order)]

    return lower


def _axis_last(node: Node) -> tuple[NodeValue, tuple[int, ...]]:
    x = node.value()
    axis = node.integer("axis", -1) % x.rank
    order = x.order
    if order[-1] != axis:
        order = (*(other for other in range(x.rank) if other != axis), axis)
    return x, order


def _identity(build: GraphBuilder, node: Node) -> list[NodeValue]:
    return [node.value()]


_ARITHMETIC = (one_computed_input,)
_ACTIVATION = (computed_input,)

RULES = {
    "Add": NodeRule(binary(ADD), _ARITHMETIC, 2),
    "Sub": NodeRule(binary(SUB), _ARITHMETIC, 2),
    "Mul": NodeRule(binary(MUL), _ARITHMETIC, 2),
    "Relu": NodeRule(unary(RELU), _ACTIVATION),
    "Sigmoid": NodeRule(unary(LOGISTIC), _ACTIVATION),
    "Tanh": NodeRule(unary(TANH), _ACTIVATION),
    "Abs": NodeRule(unary(ABS), _ACTIVATION),
    "HardSwish": NodeRule(unary(HARD_SWISH), _ACTIVATION),
    "HardSigmoid": NodeRule(_hard_sigmoid, _ACTIVATION),
    "LeakyRelu": NodeRule(_leaky_relu, _ACTIVATION),
    "PRelu": NodeRule(_prelu, (computed_input, constant_inputs(1)), 2),
    "Softmax": NodeRule(_softmax(SOFTMAX, SoftmaxAttrs()), (computed_input, axis_inside(-1))),
    "LogSoftmax": NodeRule(_softmax(LOG_SOFTMAX, NoAttrs()), (computed_input, axis_inside(-1))),
    "Identity": NodeRule(_identity, _ACTIVATION),
    "Dropout": NodeRule(_identity, (computed_input, out_of_training)),
}
