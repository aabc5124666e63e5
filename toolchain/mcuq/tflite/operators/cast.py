"""CAST between float32, integers and truth values."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from mcuq.numeric.element import Element
from mcuq.ops.cast import CAST, CastAttrs
from mcuq.ops.operator import QuantizedOp
from mcuq.tflite.operators.common import requiring
from mcuq.tflite.operators.form import Rule, TfliteForm, no_constants
from mcuq.tflite.operators.links import ChainLink, Links
from mcuq.tflite.operators.version import first_version
from mcuq.tflite.operators.view import OpView, element_of

_TYPES = {
    Element.REAL: schema.TensorType.FLOAT32,
    Element.INT32: schema.TensorType.INT32,
    Element.BOOL: schema.TensorType.BOOL,
}


class Cast(IntEnum):
    """CastOptions."""

    OUT_TYPE = 1


def known_cast(op: OpView) -> str | None:
    """A cast is to float32, int32, int64 or bool.

    Export the model with one of these types there.
    """
    return None if element_of(op.result_dtype, False) else f"it is to {op.result_dtype}"


def _read(op: OpView) -> CastAttrs:
    """By the result's type: older files have no options."""
    return CastAttrs(element_of(op.result_dtype, False) or Element.REAL)


def _write(attrs: CastAttrs, options: Any) -> None:
    options.outDataType = _TYPES[attrs.element]


def _options(source: Element, result: Element) -> Any:
    options = schema.CastOptionsT()
    options.inDataType, options.outDataType = _TYPES[source], _TYPES[result]
    return options


def _stored(op: QuantizedOp[CastAttrs]) -> Links:
    """Through float32 at a quantized end."""
    source, result = op.inputs[0].element, op.output.element
    options = _options(source, result)
    if source is Element.REAL:
        return (ChainLink("DEQUANTIZE", (0,), "float32"), ChainLink("CAST", (1,), "", options))
    if result is Element.REAL:
        return (ChainLink("CAST", (0,), "float32", options), ChainLink("QUANTIZE", (1,)))
    return (ChainLink("CAST", (0,), "", options),)


FORMS: tuple[TfliteForm[Any], ...] = (
    TfliteForm(
        Rule(CAST, "CastOptions", _read, requiring(known_cast)),
        write=_write,
        constants=no_constants,
        version=first_version,
        resolver="AddCast",
        stored_links=_stored,
    ),
)
