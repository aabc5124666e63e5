"""QUANTIZE and DEQUANTIZE: they change how a real number is stored, not which number it is."""

from __future__ import annotations

from typing import Any

from mcuq.ops.attrs import NoAttrs
from mcuq.ops.conversion import DEQUANTIZE, QUANTIZE
from mcuq.ops.operator import Operator
from mcuq.tflite.operators.common import no_attrs
from mcuq.tflite.operators.form import Rule, TfliteForm, no_constants, no_options
from mcuq.tflite.operators.version import ByType, Types, Version


def _quantize_version(types: Types) -> int:
    return {"int16": 2, "int4": 4}.get(types.outputs[0], 1)


def _form(
    operator: Operator[NoAttrs, Any, Any], version: Version, resolver: str
) -> TfliteForm[NoAttrs]:
    rule = Rule(operator, "", no_attrs)
    return TfliteForm(rule, no_options, no_constants, version, resolver)


FORMS = (
    _form(QUANTIZE, _quantize_version, "AddQuantize"),
    _form(DEQUANTIZE, ByType(int8=2, int16=3), "AddDequantize"),
)
