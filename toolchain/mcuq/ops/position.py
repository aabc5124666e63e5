"""ARG_MAX and ARG_MIN: the place of the largest or smallest value along an axis, the first such."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mcuq.ops.attrs import Attrs
from mcuq.ops.elements import position
from mcuq.ops.flat import flat
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    IntegerForm,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    always,
)
from mcuq.ops.shapes import check_axes


@dataclass(frozen=True)
class PositionAttrs(Attrs):
    """Along the non-negative `axis`, which the result lacks."""

    axis: int


@dataclass(frozen=True)
class PositionParams:
    """Along `axis`: stored values are compared as they are."""

    axis: int


def _shape(attrs: PositionAttrs, inputs: Sequence[Shape]) -> Shape:
    check_axes((attrs.axis,), inputs[0])
    return inputs[0][: attrs.axis] + inputs[0][attrs.axis + 1 :]


def _operator(name: str, find: Callable[..., Any]) -> Operator[PositionAttrs, PositionParams, Any]:
    """The operator of NumPy's argmax or argmin."""

    def real(attrs: PositionAttrs, operands: list[Operand]) -> Array:
        result: Array = find(operands[0].values, axis=1 + attrs.axis).astype(np.float32)
        return result

    def run(op: QuantizedOp[PositionAttrs], p: PositionParams, inputs: list[Values]) -> Values:
        result: Values = find(inputs[0], axis=1 + p.axis).astype(np.int32)
        return result

    return Operator(
        name=name,
        attrs=PositionAttrs,
        shape=_shape,
        float_form=real,
        gradient=flat(lambda attrs, xs: find(xs[0], axis=1 + attrs.axis)),
        scale=OutputScale(),
        guard=RangeGuard("stored values are compared, none is computed"),
        int8=IntegerForm(lambda op: PositionParams(op.attrs.axis), run, always),
        int16=NoForm("TensorFlow Lite Micro searches int8 and float32 values only"),
        dynamic=NO_DYNAMIC,
        element=position,
    )


ARG_MAX = _operator("ARG_MAX", np.argmax)
ARG_MIN = _operator("ARG_MIN", np.argmin)
