"""The activation functions."""

from __future__ import annotations

import math
from enum import IntEnum
from typing import Any

import numpy as np

from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import ADD, MUL, SUB, BinaryAttrs
from mcuq.ops.functions import ABS, ELU, RSQRT
from mcuq.ops.operator import Operator
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, LOGISTIC, RELU, RELU6, TANH, LeakyReluAttrs
from mcuq.tflite.operators.common import no_attrs, requiring
from mcuq.tflite.operators.form import Rule, Step, TfliteForm, no_constants, no_options
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView


class LeakyRelu(IntEnum):
    """LeakyReluOptions."""

    ALPHA = 0


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


def _write_alpha(attrs: LeakyReluAttrs, options: Any) -> None:
    options.alpha = attrs.alpha


def _form(
    operator: Operator[NoAttrs, Any, Any], version: ByType, resolver: str, options: str = ""
) -> TfliteForm[NoAttrs]:
    rule = Rule(operator, options, no_attrs, requiring())
    return TfliteForm(rule, no_options, no_constants, version, resolver)


FORMS: tuple[TfliteForm[Any], ...] = (
    _form(LOGISTIC, ByType(int8=2, int16=3), "AddLogistic"),
    _form(TANH, ByType(int8=2, int16=3), "AddTanh"),
    _form(RELU, ByType(int8=2, int16=3), "AddRelu"),
    _form(RELU6, ByType(int8=2, int16=3), "AddRelu6"),
    TfliteForm(
        Rule(
            LEAKY_RELU,
            "LeakyReluOptions",
            lambda op: LeakyReluAttrs(op.float32(LeakyRelu.ALPHA)),
            requiring(finite_alpha),
        ),
        write=_write_alpha,
        constants=no_constants,
        version=ByType(int8=1, int16=2),
        resolver="AddLeakyRelu",
    ),
    _form(HARD_SWISH, ByType(int8=1, int16=1), "AddHardSwish", "HardSwishOptions"),
    _form(ABS, ByType(int8=2, int16=3), "AddAbs", "AbsOptions"),
    _form(ELU, ByType(int8=1, int16=1), "AddElu"),
    _form(RSQRT, ByType(int8=2, int16=3), "AddRsqrt"),
)
FURTHER_RULES = {
    "PRELU": Rule(
        LEAKY_RELU,
        "",
        _prelu,
        requiring(constant_slopes),
        required=2,
        steps=_prelu_steps,
        stored_steps=_stored_prelu,
    ),
}
