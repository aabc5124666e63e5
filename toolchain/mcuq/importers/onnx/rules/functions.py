"""Functions of one argument: operators of their own, and what is made of a few of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.rules.common import NodeRule, computed_input
from mcuq.importers.onnx.rules.elementwise import scaled_below, unary
from mcuq.importers.onnx.rules.steps import Steps, constant
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.binary import ADD, MUL
from mcuq.ops.comparison import GREATER
from mcuq.ops.functions import ABS, ELU
from mcuq.ops.real_functions import CEIL, COS, EXP, FLOOR, LOG, ROUND, SIN, SQRT
from mcuq.ops.smooth import ERF, GELU, MISH, SIGN, SOFTPLUS, GeluAttrs
from mcuq.ops.unary import LOGISTIC, RELU

_SELU_ALPHA, _SELU_GAMMA = 1.6732632, 1.0507010
"""ONNX's defaults."""


def known_approximation(node: Node) -> str | None:
    """A Gelu is exact, or approximated by tanh.

    Export with torch.nn.GELU() or torch.nn.GELU(approximate="tanh").
    """
    kind = node.text("approximate", "none")
    return None if kind in ("none", "tanh") else f"approximate {kind}"


def _number(value: float) -> NodeValue:
    return constant(np.full(1, value, np.float32))


def _negative(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """A factor, which a layer in front can take."""
    return [Steps(build, node)(MUL, node.value(), _number(-1.0))]


def _gelu(build: GraphBuilder, node: Node) -> list[NodeValue]:
    attrs = GeluAttrs(node.text("approximate", "none") == "tanh")
    return [Steps(build, node)(GELU, node.value(), attrs=attrs)]


def _elu(build: GraphBuilder, node: Node) -> list[NodeValue]:
    return [_exponential(Steps(build, node), node.value(), node.number("alpha", 1.0))]


def _exponential(steps: Steps, x: NodeValue, alpha: float, suffix: str = "") -> NodeValue:
    """ELU has an alpha of 1; another one is applied to what lies below zero."""
    if alpha == 1:
        return steps(ELU, x, suffix=suffix)
    y = steps(ELU, x, suffix="elu")
    return scaled_below(steps.build, steps.node, y, _number(alpha))[0]


def _selu(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """gamma × (x, or alpha × (exp(x) - 1) below zero)"""
    steps = Steps(build, node)
    y = _exponential(steps, node.value(), node.number("alpha", _SELU_ALPHA), "elu")
    return [steps(MUL, y, _number(node.number("gamma", _SELU_GAMMA)))]


def _celu(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """x, or alpha × (exp(x / alpha) - 1) below zero: alpha × ELU(x / alpha)"""
    steps, alpha = Steps(build, node), node.number("alpha", 1.0)
    if alpha == 1:
        return [steps(ELU, node.value())]
    x = steps(MUL, node.value(), _number(1 / alpha), suffix="scaled")
    return [steps(MUL, steps(ELU, x, suffix="elu"), _number(alpha))]


def _thresholded(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """x above alpha, else 0"""
    steps, alpha, x = Steps(build, node), node.number("alpha", 1.0), node.value()
    if alpha == 0:
        return [steps(RELU, x)]
    above = steps(GREATER, x, _number(alpha), suffix="above")
    return [steps.select(above, x, _number(0.0))]


def _swish(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """x × sigmoid(alpha × x)"""
    steps, alpha, x = Steps(build, node), node.number("alpha", 1.0), node.value()
    scaled = x if alpha == 1 else steps(MUL, x, _number(alpha), suffix="scaled")
    return [steps(MUL, x, steps(LOGISTIC, scaled, suffix="sigmoid"))]


def _shifted_sign(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """x - bias above lambd, x + bias below -lambd, else 0"""
    steps, x = Steps(build, node), node.value()
    bias, bound = node.number("bias", 0.0), node.number("lambd", 0.5)
    outside = steps(GREATER, steps(ABS, x, suffix="abs"), _number(bound), suffix="outside")
    if bias:
        shift = steps(MUL, steps(SIGN, x, suffix="sign"), _number(-bias), suffix="shift")
        x = steps(ADD, x, shift, suffix="shifted")
    return [steps.select(outside, x, _number(0.0))]


_CHECKS = (computed_input,)
_PLAIN = {
    "Ceil": CEIL, "Cos": COS, "Erf": ERF, "Exp": EXP, "Floor": FLOOR, "Log": LOG, "Mish": MISH,
    "Round": ROUND, "Sign": SIGN, "Sin": SIN, "Softplus": SOFTPLUS, "Sqrt": SQRT,
}  # fmt: skip
_Lower = Callable[[GraphBuilder, Node], list[NodeValue]]
_COMPOSED: dict[str, _Lower] = {
    "Celu": _celu,
    "Elu": _elu,
    "Neg": _negative,
    "Selu": _selu,
    "Shrink": _shifted_sign,
    "Swish": _swish,
    "ThresholdedRelu": _thresholded,
}

RULES = {
    **{kind: NodeRule(unary(operator), _CHECKS) for kind, operator in _PLAIN.items()},
    **{kind: NodeRule(lower, _CHECKS) for kind, lower in _COMPOSED.items()},
    "Gelu": NodeRule(_gelu, (computed_input, known_approximation)),
}
