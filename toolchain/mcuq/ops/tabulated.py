"""Functions of one argument that TensorFlow Lite Micro has no integers of: what they share.

int8 looks them up. An entry is the function's value in float32, rounded once, and quantized.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Never

import numpy as np
import numpy.typing as npt

from mcuq.numeric.tensor import AffineParams
from mcuq.ops.lookup import Int64, dequantized, divided_table
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    A,
    NoForm,
    Operator,
    OutputScale,
    RangeGuard,
    Values,
    always,
)
from mcuq.ops.pointwise import LookupParams, pointwise_gradient, same_shape, table_form

_ANY_SCALE: RangeGuard[Any] = RangeGuard("entries of a table saturate, whatever the scales")

Entries = Callable[[npt.NDArray[np.float64], AffineParams], Int64]
"""(values, the result's scale and zero point) → 256 entries."""


def tabulated(
    name: str,
    *,
    attrs: type[A],
    value: Callable[[Values, A], Values],
    slope: Callable[[Values, A], Any],
    entries: Entries = divided_table,
    formula: Callable[..., Any] | None = None,
    instead: str = "keep 8 bits in front of and behind it",
) -> Operator[A, LookupParams, Never]:
    """The operator of a function.

    Args:
        name, attrs, formula: as of the operator.
        value: the function, in its argument's precision; no number where it is not defined.
        slope: its derivative.
        entries: how values become integers.
        instead: what to do where activations are int16.
    """

    def real(attrs: A, operands: list[Operand]) -> Array:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            result: Array = value(operands[0].values, attrs)
        return result

    def table(attrs: A, source: AffineParams, result: AffineParams) -> Int64:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            values = value(dequantized(source), attrs)
        return entries(values, result)

    return Operator(
        name=name,
        attrs=attrs,
        shape=same_shape,
        float_form=real,
        gradient=pointwise_gradient(value, slope),
        scale=OutputScale(),
        guard=_ANY_SCALE,
        int8=table_form(table, always),
        int16=NoForm(
            f"TensorFlow Lite Micro has no 16-bit {name}, whose table would have 65,536 entries: "
            f"{instead}"
        ),
        dynamic=NO_DYNAMIC,
        formula=formula,
    )
