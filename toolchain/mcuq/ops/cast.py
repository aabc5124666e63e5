"""CAST between real numbers, integers and truth values.

Real numbers lose what is behind the point, as in C; TensorFlow Lite Micro casts to no truth values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcuq.numeric.element import Element
from mcuq.numeric.storage import as_reals, as_stored
from mcuq.ops.attrs import Attrs
from mcuq.ops.flat import flat
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    Backward,
    IntegerForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    StepLimits,
    Values,
    single,
)

_TAKEN = {
    (Element.REAL, Element.INT32),
    (Element.INT32, Element.REAL),
    (Element.BOOL, Element.REAL),
    (Element.BOOL, Element.INT32),
}
_LARGEST_STEP = 2.0**14
"""A value less its zero point has up to 16 bits and a sign: 2^31 holds their product."""
_LEAST_STEP = 2.0**-6
"""2^31 holds an integer of 24 bits in such steps; integers and truth values need no finer ones."""


@dataclass(frozen=True)
class CastAttrs(Attrs):
    """To another element."""

    element: Element


@dataclass(frozen=True)
class CastParams:
    """The scales of operand and result say all."""


def _shape(attrs: CastAttrs, inputs: Sequence[Shape]) -> Shape:
    return inputs[0]


def _element(attrs: CastAttrs, operands: Sequence[Element]) -> Element:
    if (operands[0], attrs.element) not in _TAKEN:
        raise ValueError(f"it casts {operands[0]} values to {attrs.element}")
    return attrs.element


def _cast(x: Values, element: Element) -> Array:
    whole = np.trunc(x) if element is Element.INT32 else x
    return whole.astype(np.float32)


def _real(attrs: CastAttrs, operands: list[Operand]) -> Array:
    return _cast(operands[0].values, attrs.element)


def _gradient(attrs: CastAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    if attrs.element is Element.INT32:
        return flat(lambda attrs, xs: _cast(xs[0], Element.INT32))(attrs, xs, shape)
    return xs[0], lambda g: [g]


def _run(op: QuantizedOp[CastAttrs], params: CastParams, inputs: list[Values]) -> Values:
    reals = as_reals(inputs[0], op.inputs[0])
    return as_stored(_cast(reals, op.attrs.element), op.output)


def _fits(op: QuantizedOp[CastAttrs], params: object) -> bool:
    """C leaves open what a real number beyond int32 becomes."""
    source = op.inputs[0]
    if op.attrs.element is not Element.INT32 or source.element is not Element.REAL:
        return True
    return bool(float(single(source)) * 2.0**source.bits < 2.0**31)


_FORM = IntegerForm[CastAttrs, CastParams](lambda op: CastParams(), _run, _fits)
CAST = Operator(
    name="CAST",
    attrs=CastAttrs,
    shape=_shape,
    float_form=_real,
    gradient=_gradient,
    scale=OutputScale(),
    guard=RangeGuard(
        "real numbers have to lie inside int32, and integers in steps of the result's scale",
        output=lambda attrs, steps, constants, bits: _LEAST_STEP,
        argument=lambda attrs, bits: StepLimits(largest=_LARGEST_STEP),
    ),
    int8=_FORM,
    int16=_FORM,
    dynamic=NO_DYNAMIC,
    element=_element,
)
