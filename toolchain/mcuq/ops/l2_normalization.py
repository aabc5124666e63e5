"""L2_NORMALIZATION: rows divided by their Euclidean length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never

import numpy as np

from mcuq.numeric import integer_limits, multiply_by_quantized_multiplier
from mcuq.numeric.inverse_root import inverse_root
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    SIGNED_UNIT,
    Backward,
    IntegerForm,
    NoForm,
    Operator,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    always,
)

LEAST_LENGTH = 1e-6
"""Shorter rows are divided by this."""
_STEPS_BITS = 7
"""The output's step is 1 / 2^7."""
_ROOT_LIMIT = 1 << 29
"""Squares from here on are taken as a quarter, whose root is half as long."""
_LARGEST_DEPTH = ((1 << 31) - 1) // 255**2
"""So many squares of 255 stay inside int32."""


@dataclass(frozen=True)
class L2NormalizationParams:
    """Rows of `depth` values less their zero point."""

    input_offset: int
    depth: int


def _shape(attrs: NoAttrs, inputs: Sequence[Shape]) -> Shape:
    if not 1 <= len(inputs[0]) <= 4:
        raise ValueError(f"an input of shape {inputs[0]} has not one to four dimensions")
    if inputs[0][-1] > _LARGEST_DEPTH:
        raise ValueError(f"rows of {inputs[0][-1]} values are longer than {_LARGEST_DEPTH}")
    return inputs[0]


def _float(attrs: NoAttrs, operands: list[Operand]) -> Array:
    x = operands[0].values
    lengths = np.sqrt(np.square(x, dtype=np.float64).sum(axis=-1, keepdims=True))
    result: Array = x / np.maximum(lengths, LEAST_LENGTH)
    return result.astype(np.float32)


def _gradient(attrs: NoAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    (x,) = xs
    lengths = np.sqrt(np.square(x).sum(axis=-1, keepdims=True))
    divisor = np.maximum(lengths, LEAST_LENGTH)
    y = x / divisor

    def backward(g: Values) -> list[Values]:
        along = np.where(lengths > LEAST_LENGTH, (g * y).sum(axis=-1, keepdims=True), 0.0)
        return [(g - y * along) / divisor]

    return y, backward


def _params(op: QuantizedOp[NoAttrs]) -> L2NormalizationParams:
    return L2NormalizationParams(-op.inputs[0].zero_point, op.inputs[0].shape[-1])


def _normalized(
    op: QuantizedOp[NoAttrs], params: L2NormalizationParams, inputs: list[Values]
) -> Values:
    """GetInvSqrtQuantizedMultiplierExp of the sum of squares, then one multiplication a value."""
    x = inputs[0].astype(np.int64) + params.input_offset
    squares = np.square(x).sum(axis=-1, keepdims=True)
    halved = squares >= _ROOT_LIMIT
    multipliers, shifts = inverse_root(np.where(halved, squares // 4, squares))
    scaled = multiply_by_quantized_multiplier(x, multipliers, shifts - halved + _STEPS_BITS)
    return np.clip(scaled, *integer_limits(8)).astype(np.int8)


L2_NORMALIZATION: Operator[NoAttrs, L2NormalizationParams, Never] = Operator(
    name="L2_NORMALIZATION",
    attrs=NoAttrs,
    shape=_shape,
    float_form=_float,
    gradient=_gradient,
    scale=SIGNED_UNIT,
    guard=RangeGuard("the input's scale cancels out"),
    int8=IntegerForm(_params, _normalized, always),
    int16=NoForm("TensorFlow Lite Micro has L2_NORMALIZATION for int8 only"),
    dynamic=NO_DYNAMIC,
)
