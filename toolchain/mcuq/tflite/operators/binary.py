"""ADD, SUB and MUL."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from mcuq.ops.binary import (
    ADD,
    MUL,
    SQUARED_DIFFERENCE,
    SUB,
    BinaryAttrs,
)
from mcuq.ops.operator import Operator
from mcuq.tflite.operators.common import (
    ACTIVATIONS,
    activation,
    fused_activation,
    no_attrs,
    one_computed_operand,
)
from mcuq.tflite.operators.form import (
    Rule,
    Step,
    TfliteForm,
    no_constants,
    no_options,
)
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView


class Binary(IntEnum):
    """AddOptions, SubOptions, MulOptions and DivOptions alike."""

    ACTIVATION = 0


def read_binary(op: OpView) -> BinaryAttrs:
    """The attributes of an operator with these options."""
    return BinaryAttrs(activation(op, Binary.ACTIVATION))


def write_binary(attrs: BinaryAttrs, options: Any) -> None:
    """Fill such options in."""
    options.fusedActivationFunction = ACTIVATIONS[attrs.activation]
    if hasattr(options, "potScaleInt16"):
        options.potScaleInt16 = False


def _form(
    operator: Operator[BinaryAttrs, Any, Any], options: str, version: ByType, resolver: str
) -> TfliteForm[BinaryAttrs]:
    constraints = (one_computed_operand, fused_activation(Binary.ACTIVATION))
    rule = Rule(operator, options, read_binary, constraints, tensors=2, required=2)
    return TfliteForm(rule, write_binary, no_constants, version, resolver)


def _sum_steps(op: OpView) -> tuple[Step, ...]:
    """One operand after another."""
    count = len(op.operands)
    sums = range(count, 2 * count - 2)
    return tuple(
        Step(ADD, BinaryAttrs(), (before, number)) for number, before in enumerate((0, *sums), 1)
    )


def two_operands(op: OpView) -> str | None:
    """A sum has two operands at least.

    The file is damaged: export it again.
    """
    return None if len(op.operands) > 1 else f"there are {len(op.operands)}"


FORMS: tuple[TfliteForm[Any], ...] = (
    _form(ADD, "AddOptions", ByType(int8=2, int16=3), "AddAdd"),
    _form(SUB, "SubOptions", ByType(int8=2, int16=5), "AddSub"),
    _form(MUL, "MulOptions", ByType(int8=2, int16=4), "AddMul"),
    TfliteForm(
        Rule(
            SQUARED_DIFFERENCE,
            "SquaredDifferenceOptions",
            no_attrs,
            (one_computed_operand,),
            tensors=2,
            required=2,
        ),
        write=no_options,
        constants=no_constants,
        version=ByType(int8=2, int16=1),
        resolver="AddSquaredDifference",
    ),
)
FURTHER_RULES = {
    "ADD_N": Rule(
        ADD,
        "AddNOptions",
        lambda op: BinaryAttrs(),
        (one_computed_operand, two_operands),
        tensors=None,
        required=2,
        steps=_sum_steps,
    )
}
"""Read as other operators."""
