"""Comparisons, and what works on truth values: LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT, SELECT_V2."""

from __future__ import annotations

from typing import Any

from mcuq.ops.attrs import NoAttrs
from mcuq.ops.comparison import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, NOT_EQUAL
from mcuq.ops.logic import LOGICAL_AND, LOGICAL_NOT, LOGICAL_OR
from mcuq.ops.operator import Operator
from mcuq.ops.selection import SELECT_V2
from mcuq.tflite.operators.common import no_attrs, one_computed_operand
from mcuq.tflite.operators.form import Rule, TfliteForm, no_constants, no_options
from mcuq.tflite.operators.version import ByType, Version, first_version
from mcuq.tflite.operators.view import OpView


def _form(
    operator: Operator[NoAttrs, Any, Any],
    options: str,
    operands: int,
    version: Version,
    resolver: str,
) -> TfliteForm[NoAttrs]:
    rule = Rule(
        operator,
        options,
        no_attrs,
        (one_computed_operand,),
        tensors=operands,
        required=operands,
    )
    return TfliteForm(rule, no_options, no_constants, version, resolver)


def equal_shapes(op: OpView) -> str | None:
    """Condition and values of a SELECT have one shape.

    Export with tf.where, which broadcasts, of TensorFlow 2.
    """
    shapes = {op.shape(number) for number in range(3)}
    return None if len(shapes) == 1 else f"they are {', '.join(map(str, sorted(shapes)))}"


_COMPARED = ByType(int8=2, int16=4)
FORMS: tuple[TfliteForm[Any], ...] = (
    _form(EQUAL, "EqualOptions", 2, _COMPARED, "AddEqual"),
    _form(NOT_EQUAL, "NotEqualOptions", 2, _COMPARED, "AddNotEqual"),
    _form(GREATER, "GreaterOptions", 2, _COMPARED, "AddGreater"),
    _form(GREATER_EQUAL, "GreaterEqualOptions", 2, _COMPARED, "AddGreaterEqual"),
    _form(LESS, "LessOptions", 2, _COMPARED, "AddLess"),
    _form(LESS_EQUAL, "LessEqualOptions", 2, _COMPARED, "AddLessEqual"),
    _form(LOGICAL_AND, "LogicalAndOptions", 2, first_version, "AddLogicalAnd"),
    _form(LOGICAL_OR, "LogicalOrOptions", 2, first_version, "AddLogicalOr"),
    _form(LOGICAL_NOT, "LogicalNotOptions", 1, first_version, "AddLogicalNot"),
    _form(SELECT_V2, "SelectV2Options", 3, first_version, "AddSelectV2"),
)
FURTHER_RULES: dict[str, Rule[Any]] = {
    "SELECT": Rule(
        SELECT_V2,
        "SelectOptions",
        no_attrs,
        (one_computed_operand, equal_shapes),
        tensors=3,
        required=3,
    ),
}
"""What converters write for a SELECT_V2 of equal shapes."""
