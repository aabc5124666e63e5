"""Div, Mod, Reciprocal and what divides by a norm."""

from __future__ import annotations

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import result
from mcuq.importers.onnx.rules.common import NodeRule, axis_inside, computed_input
from mcuq.importers.onnx.rules.elementwise import binary, one_computed_input, with_inputs
from mcuq.importers.onnx.rules.reductions import magnitudes, norm
from mcuq.importers.onnx.rules.steps import Steps, constant
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.binary import ADD, MUL
from mcuq.ops.functions import ABS, RSQRT
from mcuq.ops.quotient import DIV, FLOOR_MOD
from mcuq.ops.real_functions import SQRT
from mcuq.ops.smooth import SIGN


def divisor_without_zero(node: Node) -> str | None:
    """A constant divisor is nowhere zero.

    The layer gives no numbers: look at what it was exported from.
    """
    divisor = node.constant(1)
    return None if divisor is None or np.all(divisor != 0) else "it holds a zero"


def sign_of_dividend(node: Node) -> str | None:
    """A Mod of real numbers has the sign of what is divided: its attribute fmod is 1.

    The model is damaged: export it again.
    """
    return None if node.integer("fmod", 0) else "fmod is 0"


def known_norm(node: Node) -> str | None:
    """An LpNormalization divides by the sum of magnitudes or the root of the sum of squares.

    Use p=1 or p=2.
    """
    return None if node.integer("p", 2) in (1, 2) else f"p is {node.integer('p', 2)}"


def _divide(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """By a constant as a multiplication, which goes into a layer before."""
    divisor = node.constant(1)
    if divisor is None:
        return [quotient(Steps(build, node), node.value(0), node.value(1))]
    inverse = 1.0 / np.asarray(divisor, np.float64)
    reciprocal = NodeValue(inverse.shape, data=inverse)
    return binary(MUL)(build, with_inputs(node, (node.inputs[0], reciprocal)))


def quotient(steps: Steps, a: NodeValue, b: NodeValue, suffix: str = "") -> NodeValue:
    """a / b; by a root as a multiplication by its inverse, which is one operator."""
    root = None if b.data is not None else steps.build.producer(b.name)
    if root is None or root.kind is not SQRT:
        return steps(DIV, a, b, suffix=suffix)
    name = steps.build.op(RSQRT, RSQRT.attrs(), list(root.inputs), steps.name("rsqrt"))
    inverse = result(steps.build, name, b.order)
    if a.data is not None and a.data.size == 1 and float(a.data.reshape(-1)[0]) == 1.0:
        return inverse
    return steps(MUL, a, inverse, suffix=suffix)


def _reciprocal(build: GraphBuilder, node: Node) -> list[NodeValue]:
    return [quotient(Steps(build, node), constant(np.ones(1, np.float32)), node.value())]


def _remainder(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """sign(a) × (|a| mod |b|)"""
    steps, a, b = Steps(build, node), node.value(0), node.value(1)
    sizes = [steps(ABS, value, suffix="abs") for value in (a, b)]
    rest = steps(FLOOR_MOD, *sizes, suffix="rest")
    return [steps(MUL, rest, steps(SIGN, a, suffix="sign"))]


def _softsign(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """x / (1 + |x|)"""
    steps, x = Steps(build, node), node.value()
    size = steps(ABS, x, suffix="abs")
    return [steps(DIV, x, steps(ADD, size, constant(np.ones(1, np.float32)), suffix="sum"))]


def _normalize(build: GraphBuilder, node: Node) -> list[NodeValue]:
    steps, x = Steps(build, node), node.value()
    axis = node.integer("axis", -1) % x.rank
    over = magnitudes if node.integer("p", 2) == 1 else norm
    size = over(steps, x, (axis,), True)
    return [quotient(steps, x, size)]


RULES = {
    "Div": NodeRule(_divide, (one_computed_input, divisor_without_zero), 2),
    "LpNormalization": NodeRule(_normalize, (computed_input, axis_inside(-1), known_norm)),
    "Mod": NodeRule(_remainder, (one_computed_input, divisor_without_zero, sign_of_dividend), 2),
    "Reciprocal": NodeRule(_reciprocal, (computed_input,)),
    "Softsign": NodeRule(_softsign, (computed_input,)),
}
