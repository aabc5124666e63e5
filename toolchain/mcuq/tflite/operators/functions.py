"""Functions of one argument without integers in TensorFlow Lite Micro."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from mcuq.ops.attrs import Attrs, NoAttrs
from mcuq.ops.binary import MUL, BinaryAttrs
from mcuq.ops.clip import CLIP, ClipAttrs, stored_bounds
from mcuq.ops.functions import RSQRT
from mcuq.ops.operator import AnyOperator, Operator, QuantizedOp
from mcuq.ops.real_functions import (
    CEIL,
    COS,
    EXP,
    FLOOR,
    LOG,
    NEG,
    ROUND,
    SIN,
    SQRT,
    SQUARE,
)
from mcuq.ops.smooth import ERF, GELU, HARD_SIGMOID, MISH, SIGN, SILU, SOFTPLUS, GeluAttrs
from mcuq.tflite.operators.common import no_attrs, requiring
from mcuq.tflite.operators.form import Rule, Step, TfliteForm, no_constants, no_options
from mcuq.tflite.operators.links import ChainLink, Held, Links, table_links
from mcuq.tflite.operators.real_links import (
    erf_links,
    hard_sigmoid_links,
    mish_links,
    silu_links,
    softplus_links,
)
from mcuq.tflite.operators.version import ByType
from mcuq.tflite.operators.view import OpView

_FIRST = ByType(int8=1, int16=1)


class Gelu(IntEnum):
    """GeluOptions."""

    APPROXIMATE = 0


def _form(
    operator: Operator[NoAttrs, Any, Any],
    resolver: str,
    options: str = "",
    real_links: Any = None,
) -> TfliteForm[NoAttrs]:
    return TfliteForm(
        Rule(operator, options, no_attrs, requiring()),
        write=no_options,
        constants=no_constants,
        version=_FIRST,
        resolver=resolver,
        real_links=real_links,
        stored_links=table_links(operator),
    )


def _write_gelu(attrs: GeluAttrs, options: Any) -> None:
    options.approximate = attrs.approximate


def _clip_links(attrs: ClipAttrs, low: Held, high: Held) -> Links:
    """MAXIMUM and MINIMUM, as far as there are bounds."""
    options = schema.MaximumMinimumOptionsT()
    raised = (ChainLink("MAXIMUM", (0, low), "", options),) if attrs.low > -np.inf else ()
    lowered = (
        (ChainLink("MINIMUM", (len(raised), high), "", options),) if attrs.high < np.inf else ()
    )
    return raised + lowered


def _real_clip(attrs: ClipAttrs) -> Links:
    low, high = (Held(np.array(bound, np.float32)) for bound in (attrs.low, attrs.high))
    return _clip_links(attrs, low, high)


def _stored_clip(op: QuantizedOp[ClipAttrs]) -> Links:
    result = op.output
    bounds = stored_bounds(op.attrs, result.affine, result.bits)
    low, high = (Held(np.array(bound, result.dtype), result.affine) for bound in bounds)
    return _clip_links(op.attrs, low, high)


REAL_FORMS: tuple[TfliteForm[Any], ...] = (
    _form(NEG, "AddNeg", "NegOptions"),
    _form(SQUARE, "AddSquare", "SquareOptions"),
    _form(SQRT, "AddSqrt"),
    _form(EXP, "AddExp", "ExpOptions"),
    _form(LOG, "AddLog"),
    _form(SIN, "AddSin"),
    _form(COS, "AddCos", "CosOptions"),
    _form(FLOOR, "AddFloor"),
    _form(CEIL, "AddCeil"),
    _form(ROUND, "AddRound"),
)
"""Of which TensorFlow Lite Micro has float32."""
FORMS: tuple[TfliteForm[Any], ...] = (
    *REAL_FORMS,
    _form(SIGN, "", "SignOptions"),
    TfliteForm(
        Rule(
            GELU,
            "GeluOptions",
            lambda op: GeluAttrs(op.boolean(Gelu.APPROXIMATE)),
            requiring(),
        ),
        write=_write_gelu,
        constants=no_constants,
        version=_FIRST,
        resolver="",
        stored_links=table_links(GELU),
    ),
)
COMPOSED_FORMS: tuple[TfliteForm[Any], ...] = (
    _form(ERF, "", real_links=erf_links),
    _form(SOFTPLUS, "", real_links=softplus_links),
    _form(MISH, "", real_links=mish_links),
    _form(SILU, "", real_links=silu_links),
    _form(HARD_SIGMOID, "", real_links=hard_sigmoid_links),
    TfliteForm(
        Rule(CLIP, "", lambda op: ClipAttrs(), requiring()),
        write=no_options,
        constants=no_constants,
        version=_FIRST,
        resolver="",
        real_links=_real_clip,
        stored_links=_stored_clip,
    ),
)
"""Of which TensorFlow Lite has no operator."""
TABLES: tuple[tuple[AnyOperator, Attrs], ...] = (
    *((form.rule.kind, NoAttrs()) for form in REAL_FORMS),
    *((kind, NoAttrs()) for kind in (SIGN, ERF, SOFTPLUS, MISH, SILU, HARD_SIGMOID)),
    (GELU, GeluAttrs(approximate=False)),
    (GELU, GeluAttrs(approximate=True)),
)
"""What a table in a flatbuffer may be of."""


def _clip(low: float, high: float) -> Rule[ClipAttrs]:
    return Rule(CLIP, "", lambda op: ClipAttrs(low, high), requiring())


_POWERS: dict[float, tuple[Step, ...]] = {
    2.0: (Step(SQUARE, NoAttrs(), (0,)),),
    3.0: (Step(SQUARE, NoAttrs(), (0,)), Step(MUL, BinaryAttrs(), (2, 0))),
    4.0: (Step(SQUARE, NoAttrs(), (0,)), Step(SQUARE, NoAttrs(), (2,))),
    0.5: (Step(SQRT, NoAttrs(), (0,)),),
    -0.5: (Step(RSQRT, NoAttrs(), (0,)),),
}
"""Exponent → the operators."""


def known_exponent(op: OpView) -> str | None:
    """The exponent of a POW is a constant: 2, 3, 4, 1/2 or -1/2.

    Write other powers as products of these.
    """
    exponent = op.constant(1)
    if exponent is None or exponent.size == 0:
        return "it is computed"
    found = set(exponent.reshape(-1).tolist())
    return None if len(found) == 1 and found <= _POWERS.keys() else f"it is {min(found):g}"


def _power(op: OpView) -> tuple[Step, ...]:
    exponent = op.constant(1)
    assert exponent is not None
    return _POWERS[float(exponent.flat[0])]


FURTHER_RULES: dict[str, Rule[Any]] = {
    "RELU_0_TO_1": _clip(0.0, 1.0),
    "RELU_N1_TO_1": _clip(-1.0, 1.0),
    "POW": Rule(
        SQUARE,
        "PowOptions",
        no_attrs,
        requiring(known_exponent),
        tensors=1,
        required=2,
        steps=_power,
    ),
}
