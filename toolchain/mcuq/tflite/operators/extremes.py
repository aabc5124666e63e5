"""MINIMUM and MAXIMUM."""

from __future__ import annotations

from typing import Any

from mcuq.ops.attrs import NoAttrs
from mcuq.ops.extremes import MAXIMUM, MINIMUM
from mcuq.ops.operator import Operator
from mcuq.tflite.operators.common import no_attrs, one_computed_operand
from mcuq.tflite.operators.form import Rule, TfliteForm, no_constants, no_options
from mcuq.tflite.operators.version import ByType


def _form(operator: Operator[NoAttrs, Any, Any], resolver: str) -> TfliteForm[NoAttrs]:
    rule = Rule(
        operator,
        "MaximumMinimumOptions",
        no_attrs,
        (one_computed_operand,),
        tensors=2,
        required=2,
    )
    return TfliteForm(rule, no_options, no_constants, ByType(int8=2, int16=3), resolver)


FORMS: tuple[TfliteForm[Any], ...] = (
    _form(MINIMUM, "AddMinimum"),
    _form(MAXIMUM, "AddMaximum"),
)
