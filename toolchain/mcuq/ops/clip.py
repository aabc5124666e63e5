"""CLIP: values held between two bounds, in the integers of its input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcuq.numeric import quantize_multiplier, quantize_values
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.attrs import Attrs
from mcuq.ops.lookup import INPUTS, Int64
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    IntegerForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    always,
)
from mcuq.ops.pointwise import pointwise_gradient, same_shape, table_form
from mcuq.ops.unary import LeakyReluParams, rectified


@dataclass(frozen=True)
class ClipAttrs(Attrs):
    """CLIP: the least and the largest value, infinite where there is none."""

    low: float = -np.inf
    high: float = np.inf


def stored_bounds(attrs: ClipAttrs, grid: AffineParams, bits: int) -> tuple[int, int]:
    """The bounds as integers of the input."""
    bounds = np.array([attrs.low, attrs.high], np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        low, high = quantize_values(bounds, grid.scale, grid.zero_point, bits)
    return int(low), int(high)


def _float(attrs: ClipAttrs, operands: list[Operand]) -> Array:
    result: Array = np.clip(operands[0].values, np.float32(attrs.low), np.float32(attrs.high))
    return result


def _table(attrs: ClipAttrs, source: AffineParams, result: AffineParams) -> Int64:
    clipped: Int64 = np.clip(INPUTS, *stored_bounds(attrs, source, 8))
    return clipped


def _int16_params(op: QuantizedOp[ClipAttrs]) -> LeakyReluParams:
    one = quantize_multiplier(1.0)
    return LeakyReluParams(*one, *one, *stored_bounds(op.attrs, op.output.affine, 16))


CLIP = Operator(
    name="CLIP",
    attrs=ClipAttrs,
    shape=same_shape,
    float_form=_float,
    gradient=pointwise_gradient(
        lambda x, attrs: np.clip(x, attrs.low, attrs.high),
        lambda x, attrs: (x > attrs.low) & (x < attrs.high),
    ),
    # What comes before saturates at the bounds, so that no precision is lost beyond them.
    scale=OutputScale(same=True),
    guard=RangeGuard("values are clamped on the input's scale"),
    int8=table_form(_table, always),
    int16=IntegerForm(_int16_params, rectified, always),
    dynamic=NO_DYNAMIC,
)
