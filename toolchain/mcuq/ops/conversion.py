"""QUANTIZE and DEQUANTIZE, of quantized graphs only: a float graph has nothing to convert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcuq.numeric import (
    dequantize,
    integer_limits,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    quantize_values,
)
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.operator import (
    IntegerForm,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    always,
    single,
)

_NOT_REAL = NoForm("it converts between numbers, of which a float graph has one kind")


@dataclass(frozen=True)
class ConversionParams:
    """QUANTIZE from one integer type to another; (0, 0) from reals and of DEQUANTIZE."""

    multiplier: int
    shift: int


def _same(attrs: NoAttrs, inputs: Sequence[Shape]) -> Shape:
    return inputs[0]


def _params(op: QuantizedOp[NoAttrs]) -> ConversionParams:
    source, result = op.inputs[0], op.output
    if source.is_float or result.is_float:
        return ConversionParams(0, 0)
    return ConversionParams(*quantize_multiplier(float(source.scale[0]) / float(result.scale[0])))


def _quantize(op: QuantizedOp[NoAttrs], params: ConversionParams, inputs: list[Values]) -> Values:
    source, result = op.inputs[0], op.output
    if source.is_float:
        return quantize_values(inputs[0], single(result), result.zero_point, result.bits)
    shifted = inputs[0].astype(np.int64) - source.zero_point
    scaled = multiply_by_quantized_multiplier(shifted, params.multiplier, params.shift)
    stored = np.clip(scaled + result.zero_point, *integer_limits(result.bits))
    return stored.astype(result.dtype)


def _dequantize(op: QuantizedOp[NoAttrs], inputs: list[Values]) -> Values:
    source = op.inputs[0]
    return dequantize(inputs[0], single(source), source.zero_point)


def _fits(op: QuantizedOp[NoAttrs], params: ConversionParams) -> bool:
    """A value less its zero point is shifted left before it is multiplied."""
    largest = 2.0 ** op.inputs[0].bits
    return op.inputs[0].is_float or largest * 2.0 ** max(params.shift, 0) < 2**31


_QUANTIZE_FORM = IntegerForm(_params, _quantize, _fits)
QUANTIZE = Operator(
    name="QUANTIZE",
    attrs=NoAttrs,
    shape=_same,
    float_form=_NOT_REAL,
    gradient=_NOT_REAL,
    scale=OutputScale(),
    guard=RangeGuard("both scales are given"),
    int8=_QUANTIZE_FORM,
    int16=_QUANTIZE_FORM,
    dynamic=NoForm("its result is an integer"),
)
_DEQUANTIZE_FORM = IntegerForm[NoAttrs, ConversionParams](
    _params, lambda op, params, inputs: _dequantize(op, inputs), always
)
DEQUANTIZE = Operator(
    name="DEQUANTIZE",
    attrs=NoAttrs,
    shape=_same,
    float_form=_NOT_REAL,
    gradient=_NOT_REAL,
    scale=OutputScale(),
    guard=RangeGuard("both scales are given"),
    int8=_DEQUANTIZE_FORM,
    int16=_DEQUANTIZE_FORM,
    dynamic=_dequantize,
)
