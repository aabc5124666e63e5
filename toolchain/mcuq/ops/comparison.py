"""Comparisons of two tensors with NumPy broadcasting: EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL,
LESS, LESS_EQUAL. They give truth values.

TensorFlow Lite Micro brings both operands to steps of 1/256 before it compares them, whatever their
scales: numbers that lie closer together count as equal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.numeric import (
    INT8_MAX,
    INT8_MIN,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
)
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import broadcast_shape
from mcuq.ops.broadcast import aligned, looked_up
from mcuq.ops.elements import compared
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
    StepLimits,
    Values,
    single,
)

LEFT_SHIFT = 8
"""Steps of 2^-8."""
_VALUES = np.arange(INT8_MIN, INT8_MAX + 1, dtype=np.int64)
_LARGEST_STEP = float(np.nextafter(np.float32(1.0), np.float32(0.0)))

_NO_INT16 = (
    "TensorFlow Lite Micro compares int8 and float32 values only: its GREATER runs on int16, by "
    "multipliers that it never sets"
)

Compare = Callable[[Any, Any], npt.NDArray[np.bool_]]


@dataclass(frozen=True)
class ComparisonParams:
    """Both operands as (x + offset) × 2^8 × multiplier × 2^(shift - 31), rounded."""

    input1_offset: int
    input1_multiplier: int
    input1_shift: int
    input2_offset: int
    input2_multiplier: int
    input2_shift: int


def _params(op: QuantizedOp[NoAttrs]) -> ComparisonParams:
    first, second = op.inputs
    return ComparisonParams(
        -first.zero_point,
        *quantize_multiplier(float(single(first))),
        -second.zero_point,
        *quantize_multiplier(float(single(second))),
    )


def _steps(offset: int, multiplier: int, shift: int) -> npt.NDArray[np.int64]:
    """Of all int8 values."""
    return multiply_by_quantized_multiplier((_VALUES + offset) << LEFT_SHIFT, multiplier, shift)


def _operator(name: str, compare: Compare) -> Operator[NoAttrs, ComparisonParams, Any]:
    """The operator of one comparison of two arrays."""

    def real(attrs: NoAttrs, operands: list[Operand]) -> Array:
        rank = max(operand.rank for operand in operands)
        return compare(*(operand.aligned(rank) for operand in operands)).astype(np.float32)

    def run(op: QuantizedOp[NoAttrs], p: ComparisonParams, inputs: list[Values]) -> Values:
        first = _steps(p.input1_offset, p.input1_multiplier, p.input1_shift)
        second = _steps(p.input2_offset, p.input2_multiplier, p.input2_shift)
        table = compare(first[:, None], second).ravel().astype(np.int8)
        return looked_up(table, *inputs).view(np.bool_)

    return Operator(
        name=name,
        attrs=NoAttrs,
        shape=broadcast_shape,
        float_form=real,
        gradient=flat(lambda attrs, xs: compare(*aligned(xs))),
        scale=OutputScale(),
        guard=RangeGuard(
            "both operands' steps have to stay below 1: they are brought to steps of 1/256",
            argument=lambda attrs, bits: StepLimits(largest=_LARGEST_STEP),
        ),
        int8=IntegerForm(_params, run, _fits),
        int16=NoForm(_NO_INT16),
        dynamic=NO_DYNAMIC,
        element=compared,
    )


def _fits(op: QuantizedOp[NoAttrs], params: ComparisonParams) -> bool:
    """TensorFlow Lite Micro stops at a scale of 1."""
    return max(float(single(tensor)) for tensor in op.inputs) < 1.0


EQUAL = _operator("EQUAL", np.equal)
NOT_EQUAL = _operator("NOT_EQUAL", np.not_equal)
GREATER = _operator("GREATER", np.greater)
GREATER_EQUAL = _operator("GREATER_EQUAL", np.greater_equal)
LESS = _operator("LESS", np.less)
LESS_EQUAL = _operator("LESS_EQUAL", np.less_equal)
