"""L2_POOL_2D: the root of the mean of squares in a window, of which runtimes have float32 alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.pooling import AVERAGE_POOL_2D
from mcuq.ops.real_functions import SQRT, SQUARE
from mcuq.ops.unary import RELU6
from mcuq.tflite.operators.common import no_attrs
from mcuq.tflite.operators.form import Rule, Step
from mcuq.tflite.operators.pooling import POOL_CONSTRAINTS, pool_attrs
from mcuq.tflite.operators.view import OpView


def no_upper_bound_of_one(op: OpView) -> str | None:
    """The fused activation of an L2 pooling is none, RELU or RELU6.

    Export the activation as a layer of its own.
    """
    found = pool_attrs(op).activation
    return f"it is {found}" if found is Activation.RELU_N1_TO_1 else None


def _steps(op: OpView) -> tuple[Step, ...]:
    """A root is not negative: a RELU behind it changes nothing."""
    attrs, first = pool_attrs(op), len(op.operands)
    steps = (
        Step(SQUARE, NoAttrs(), (0,)),
        Step(AVERAGE_POOL_2D, replace(attrs, activation=Activation.NONE), (first,)),
        Step(SQRT, NoAttrs(), (first + 1,)),
    )
    if attrs.activation is not Activation.RELU6:
        return steps
    return (*steps, Step(RELU6, NoAttrs(), (first + 2,)))


FURTHER_RULES: dict[str, Rule[Any]] = {
    "L2_POOL_2D": Rule(
        SQRT,
        "Pool2DOptions",
        no_attrs,
        (*POOL_CONSTRAINTS, no_upper_bound_of_one),
        steps=_steps,
    ),
}
