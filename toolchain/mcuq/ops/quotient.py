"""Quotients of two tensors with NumPy broadcasting: DIV, FLOOR_DIV, FLOOR_MOD.

TensorFlow Lite Micro has FLOOR_DIV and FLOOR_MOD of float32 only, and its int8 DIV shifts by more
than 31 where a quotient of integers is large beside the output's range. int8 is therefore computed
in float32: operands become real numbers, their quotient is held inside the output's range, where
it is a number at all, and quantized.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Never

import numpy as np
import numpy.typing as npt

from mcuq.numeric import INT8_MAX, INT8_MIN, activation_bounds, dequantize, round_half_away
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.attrs import NoAttrs, fused
from mcuq.ops.binary import BinaryAttrs, binary_gradient, broadcast_shape, float_binary
from mcuq.ops.broadcast import looked_up
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    A,
    IntegerForm,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Values,
    always,
    single,
)

Float32 = npt.NDArray[np.float32]
_VALUES = np.arange(INT8_MIN, INT8_MAX + 1, dtype=np.int8)


@dataclass(frozen=True)
class QuotientParams:
    """Scales and zero points of both operands and the result, and its bounds as integers."""

    first: AffineParams
    second: AffineParams
    result: AffineParams
    activation_min: int
    activation_max: int


def quotient_params(op: QuantizedOp[Any]) -> QuotientParams:
    """The parameters of an operator of this family."""
    first, second = op.inputs
    result = op.output
    bounds = activation_bounds(fused(op.attrs), single(result), result.zero_point)
    return QuotientParams(first.affine, second.affine, result.affine, *bounds)


def _table(divide: Callable[[Float32, Float32], Float32], p: QuotientParams) -> Values:
    """Results of all 65,536 pairs."""
    a, b = (dequantize(_VALUES, grid.scale, grid.zero_point) for grid in (p.first, p.second))
    low, high = (
        np.float32(bound - p.result.zero_point) for bound in (p.activation_min, p.activation_max)
    )
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        steps = divide(a[:, None], b) / p.result.scale
    # What is no number is not above the least step.
    steps = np.where(steps > low, np.minimum(steps, high), low)
    stored: Values = (round_half_away(steps) + p.result.zero_point).astype(np.int8).ravel()
    return stored


def _operator(
    name: str,
    *,
    attrs: type[A],
    divide: Callable[[Any, Any], Any],
    formula: Callable[..., Any],
    slopes: Callable[[Values, Values], tuple[Any, Any]],
) -> Operator[A, QuotientParams, Never]:
    """An operator of the family.

    Args:
        divide: its value, exact to the last place of its operands' type.
        formula, slopes: its value in other vocabularies, and the derivatives by both operands.
    """

    def run(op: QuantizedOp[A], params: QuotientParams, inputs: list[Values]) -> Values:
        return looked_up(_table(divide, params), *inputs)

    def real(attrs: A, operands: list[Operand]) -> Array:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return float_binary(lambda xp, a, b: divide(a, b))(attrs, operands)

    return Operator(
        name=name,
        attrs=attrs,
        shape=broadcast_shape,
        float_form=real,
        gradient=binary_gradient(lambda xp, a, b: divide(a, b), slopes),
        scale=OutputScale(),
        guard=RangeGuard("quotients are held inside the output's range before they are quantized"),
        int8=IntegerForm(quotient_params, run, always),
        int16=NoForm(f"TensorFlow Lite Micro has no 16-bit {name}: keep 8 bits around it"),
        dynamic=NO_DYNAMIC,
        formula=formula,
    )


DIV = _operator(
    "DIV",
    attrs=BinaryAttrs,
    divide=np.divide,
    formula=lambda xp, a, b: xp.divide(a, b),
    slopes=lambda a, b: (1 / b, -a / (b * b)),
)
FLOOR_DIV = _operator(
    "FLOOR_DIV",
    attrs=NoAttrs,
    divide=lambda a, b: np.floor(np.divide(a, b)),
    formula=lambda xp, a, b: xp.floor(xp.divide(a, b)),
    slopes=lambda a, b: (0.0, 0.0),
)
FLOOR_MOD = _operator(
    "FLOOR_MOD",
    attrs=NoAttrs,
    divide=np.mod,
    formula=lambda xp, a, b: xp.subtract(a, xp.multiply(b, xp.floor(xp.divide(a, b)))),
    slopes=lambda a, b: (1.0, -np.floor(a / b)),
)
