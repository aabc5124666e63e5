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


def _form(
    operator: Operator[NoAttrs, Any, Any],
    options: str,
    operands: int,
    version: Version,
    resolver: str,
) -> TfliteForm[NoAttrs]:
    rule = Rule(operator, options, no_attrs, (one_computed_operand,), operands, required=operands)
    return TfliteForm(rule, no_options, no_constants, version, resolver)


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
