"""DIV, FLOOR_DIV and FLOOR_MOD.

In integer models they work on float32, between bounds inside which QUANTIZE is defined.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from mcuq.ops.attrs import NoAttrs
from mcuq.ops.operator import A, Operator, QuantizedOp
from mcuq.ops.quotient import DIV, FLOOR_DIV, FLOOR_MOD, QuotientParams, quotient_params
from mcuq.tflite.operators.binary import Binary, read_binary, write_binary
from mcuq.tflite.operators.common import fused_activation, no_attrs, one_computed_operand
from mcuq.tflite.operators.form import Rule, TfliteForm, no_constants, no_options
from mcuq.tflite.operators.links import ChainLink, Held, Links
from mcuq.tflite.operators.version import ByType

_FIRST = ByType(int8=1, int16=1)


def real_bounds(p: QuotientParams) -> tuple[np.float32, np.float32]:
    """What the least and the largest integer of a result stand for."""
    low, high = (
        np.float32(bound - p.result.zero_point) * p.result.scale
        for bound in (p.activation_min, p.activation_max)
    )
    return low, high


def _links(op: QuantizedOp[Any], *kinds: tuple[str, Any]) -> Links:
    """The operators of these names and options, the first of which divides, between bounds.

    TensorFlow Lite Micro's MAXIMUM takes its second operand where the first is no number.
    """
    low, high = (Held(np.array(bound)) for bound in real_bounds(quotient_params(op)))
    between = schema.MaximumMinimumOptionsT()
    (kind, options), *further = kinds
    dividing = [ChainLink(kind, (2, 3), "float32", options)]
    for number, (name, more) in enumerate(further, 4):
        dividing.append(ChainLink(name, (number,), "float32", more))
    last = 3 + len(dividing)
    return (
        ChainLink("DEQUANTIZE", (0,), "float32"),
        ChainLink("DEQUANTIZE", (1,), "float32"),
        *dividing,
        ChainLink("MAXIMUM", (last, low), "float32", between),
        ChainLink("MINIMUM", (last + 1, high), "float32", between),
        ChainLink("QUANTIZE", (last + 2,)),
    )


def _floor_div_links(op: QuantizedOp[NoAttrs]) -> Links:
    """DIV and FLOOR: TensorFlow Lite Micro's FLOOR_DIV stops where a divisor is 0."""
    return _links(op, ("DIV", schema.DivOptionsT()), ("FLOOR", None))


def _form(form: TfliteForm[A]) -> TfliteForm[A]:
    """With the chain of an integer model."""
    kind = form.rule.kind.name
    return replace(form, stored_links=lambda op: _links(op, (kind, form.options(op.attrs))))


def _floor(
    operator: Operator[NoAttrs, Any, Any], options: str, resolver: str
) -> TfliteForm[NoAttrs]:
    rule = Rule(operator, options, no_attrs, (one_computed_operand,), tensors=2, required=2)
    return TfliteForm(rule, no_options, no_constants, _FIRST, resolver)


FORMS: tuple[TfliteForm[Any], ...] = (
    _form(
        TfliteForm(
            Rule(
                DIV,
                "DivOptions",
                read_binary,
                (one_computed_operand, fused_activation(Binary.ACTIVATION)),
                tensors=2,
                required=2,
            ),
            write_binary,
            no_constants,
            _FIRST,
            "AddDiv",
        )
    ),
    replace(_floor(FLOOR_DIV, "FloorDivOptions", "AddFloorDiv"), stored_links=_floor_div_links),
    _form(_floor(FLOOR_MOD, "FloorModOptions", "AddFloorMod")),
)
