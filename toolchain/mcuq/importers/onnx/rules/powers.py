"""Pow with one constant operand."""

from __future__ import annotations

import math

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.rules.common import NodeRule
from mcuq.importers.onnx.rules.steps import Steps, constant
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.numeric.elementary import log
from mcuq.ops.binary import MUL
from mcuq.ops.functions import RSQRT
from mcuq.ops.operator import AnyOperator
from mcuq.ops.real_functions import EXP, SQRT

_LARGEST = 16
"""An exponent: each factor of two is a multiplication."""
_ROOTS: dict[float, AnyOperator] = {0.5: SQRT, -0.5: RSQRT}


def known_power(node: Node) -> str | None:
    """A power has a whole exponent from 1 to 16, or 1/2 or -1/2; or a positive constant base.

    Write other powers as exp(exponent × log(x)).
    """
    base, exponent = node.constant(0), node.constant(1)
    if base is not None and exponent is None:
        return None if np.all(base > 0) else "a base is not positive"
    if exponent is None or exponent.size != 1:
        return "the exponent is computed" if exponent is None else "there are several exponents"
    value = float(exponent.reshape(-1)[0])
    whole = value == int(value) and 1 <= value <= _LARGEST if math.isfinite(value) else False
    return None if whole or value in _ROOTS else f"the exponent is {value:g}"


def _pow(build: GraphBuilder, node: Node) -> list[NodeValue]:
    steps, base = Steps(build, node), node.constant(0)
    if base is not None:
        factor = constant(log(np.asarray(base, np.float64)))
        return [steps(EXP, steps(MUL, node.value(1), factor, suffix="exponent"))]
    exponent = float(np.asarray(node.constant(1)).reshape(-1)[0])
    if exponent in _ROOTS:
        return [steps(_ROOTS[exponent], node.value())]
    return [_whole(steps, node.value(), int(exponent))]


def _whole(steps: Steps, x: NodeValue, exponent: int) -> NodeValue:
    """By squaring."""
    if exponent == 1:
        return x
    half = _whole(steps, x, exponent // 2)
    square = steps(MUL, half, half)
    return steps(MUL, square, x) if exponent % 2 else square


RULES = {"Pow": NodeRule(_pow, (known_power,), 2)}
