"""ADD, SUB, MUL, SOFTMAX and the activation functions."""

from __future__ import annotations

import math

import numpy as np

from mcuq.importers.tflite.fields import Binary, LeakyRelu, Softmax
from mcuq.importers.tflite.rules.common import activation, fused_activation, no_attrs, requiring
from mcuq.importers.tflite.view import OpView, Rule, Step
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import ADD, MUL, SUB, BinaryAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH, LeakyReluAttrs


def one_computed_operand(op: OpView) -> str | None:
    """At least one operand is computed by the model.

    Fold constant branches before the export: their results never change.
    """
    constants = [op.constant(number) is not None for number in range(len(op.operands))]
    return "all are constants" if all(constants) else None


def positive_beta(op: OpView) -> str | None:
    """Softmax's beta is positive and finite.

    The file is damaged or beta was left out: export it again with beta 1.
    """
    beta = op.float32(Softmax.BETA)
    return None if math.isfinite(beta) and beta > 0 else f"it is {beta}"


def has_dimensions(op: OpView) -> str | None:
    """Softmax runs over the last dimension of its input.

    Give the input a dimension for the classes.
    """
    return None if op.shape(0) else "the input is a scalar"


def finite_alpha(op: OpView) -> str | None:
    """The slope of a leaky ReLU is finite.

    The model is broken: look at its training, then export it again.
    """
    alpha = op.float32(LeakyRelu.ALPHA)
    return None if math.isfinite(alpha) else f"it is {alpha}"


def constant_slopes(op: OpView) -> str | None:
    """The slopes of a PReLU are constants.

    Train with PReLU or LeakyReLU layers, whose slopes are weights.
    """
    slope = op.constant(1)
    return "they are computed" if slope is None or slope.size == 0 else None


def _prelu(op: OpView) -> LeakyReluAttrs:
    slope = op.constant(1)
    assert slope is not None
    return LeakyReluAttrs(float(slope.flat[0]))


def _prelu_steps(op: OpView) -> tuple[Step, ...]:
    """For slopes that differ: y = r + slopes × (x - r) with r = RELU(x)."""
    slope = op.constant(1)
    assert slope is not None
    if np.all(slope == slope.flat[0]):
        return ()
    return (
        Step(RELU, NoAttrs(), (0,)),
        Step(SUB, BinaryAttrs(), (0, 2)),
        Step(MUL, BinaryAttrs(), (3, 1)),
        Step(ADD, BinaryAttrs(), (2, 4)),
    )


def _stored_prelu(op: OpView) -> tuple[Step, ...]:
    """TensorFlow Lite's integers: values below 0 are multiplied, the others rescaled.

    y = RELU(x) + slopes × (x - RELU(x)). One summand is 0 each time and both have the result's
    scale, so that the sum is exact; so is the difference, in the scale of x.
    """
    return (
        Step(RELU, NoAttrs(), (0,), stored_as=0),
        Step(SUB, BinaryAttrs(), (0, 2), stored_as=0),
        Step(MUL, BinaryAttrs(), (3, 1)),
        Step(RELU, NoAttrs(), (0,)),
        Step(ADD, BinaryAttrs(), (5, 4)),
    )


def _binary(op: OpView) -> BinaryAttrs:
    return BinaryAttrs(activation(op, Binary.ACTIVATION))


def _binary_rule(kind: AnyOperator, options: str) -> Rule:
    constraints = (one_computed_operand, fused_activation(Binary.ACTIVATION))
    return Rule(kind, options, _binary, constraints, tensors=2, required=2)


def _unary_rule(kind: AnyOperator, options: str = "") -> Rule:
    return Rule(kind, options, no_attrs, requiring())


RULES = {
    "ADD": _binary_rule(ADD, "AddOptions"),
    "SUB": _binary_rule(SUB, "SubOptions"),
    "MUL": _binary_rule(MUL, "MulOptions"),
    "SOFTMAX": Rule(
        SOFTMAX,
        "SoftmaxOptions",
        lambda op: SoftmaxAttrs(op.float32(Softmax.BETA)),
        requiring(has_dimensions, positive_beta),
    ),
    "LOGISTIC": _unary_rule(LOGISTIC),
    "TANH": _unary_rule(TANH),
    "RELU": _unary_rule(RELU),
    "RELU6": _unary_rule(RELU6),
    "LEAKY_RELU": Rule(
        LEAKY_RELU,
        "LeakyReluOptions",
        lambda op: LeakyReluAttrs(op.float32(LeakyRelu.ALPHA)),
        requiring(finite_alpha),
    ),
    "PRELU": Rule(
        LEAKY_RELU,
        "",
        _prelu,
        requiring(constant_slopes),
        required=2,
        steps=_prelu_steps,
        stored_steps=_stored_prelu,
    ),
    "HARD_SWISH": _unary_rule(HARD_SWISH, "HardSwishOptions"),
}
