"""Further functions of one argument: ABS, ELU, RSQRT."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Never

import numpy as np

from mcuq.numeric import multiply_by_quantized_multiplier, quantize_multiplier
from mcuq.numeric.elementary import exp, expm1
from mcuq.ops import lookup
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    IntegerForm,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Values,
    single,
)
from mcuq.ops.pointwise import (
    LookupParams,
    pointwise_gradient,
    rescaling_fits,
    rescaling_guard,
    same_shape,
    table_form,
)


@dataclass(frozen=True)
class AbsParams:
    """ABS of int16: the factor of |x|."""

    multiplier: int
    shift: int


def _abs_params(op: QuantizedOp[NoAttrs]) -> AbsParams:
    return AbsParams(*quantize_multiplier(float(single(op.inputs[0])) / float(single(op.output))))


def _int16_abs(op: QuantizedOp[NoAttrs], p: AbsParams, inputs: list[Values]) -> Values:
    magnitude = np.abs(inputs[0].astype(np.int64))
    values = multiply_by_quantized_multiplier(magnitude, p.multiplier, p.shift)
    return np.minimum(values, 32767).astype(np.int16)


@dataclass(frozen=True)
class RsqrtParams:
    """The factor of 1 / √(integer), less 20 bits that the root is kept with."""

    multiplier: int
    shift: int


def _rsqrt_params(op: QuantizedOp[NoAttrs]) -> RsqrtParams:
    factor = lookup.inverse_root_factor(op.inputs[0].affine, op.output.affine)
    multiplier, shift = quantize_multiplier(factor)
    return RsqrtParams(multiplier, shift - lookup.ROOT_BITS)


def _int16_rsqrt(op: QuantizedOp[NoAttrs], p: RsqrtParams, inputs: list[Values]) -> Values:
    """The largest output for zero, and below it, where nothing is defined."""
    x = inputs[0].astype(np.int64)
    scaled = multiply_by_quantized_multiplier(lookup.integer_roots(x), p.multiplier, p.shift)
    return np.where(x <= 0, 32767, np.minimum(scaled, 32767)).astype(np.int16)


def _elu(attrs: NoAttrs, operands: list[Operand]) -> Array:
    """x from 0 on, exp(x) - 1 below."""
    x = operands[0].values
    result: Array = np.where(x < 0, expm1(np.minimum(x, np.float32(0))), x)
    return result


def _rsqrt(attrs: NoAttrs, operands: list[Operand]) -> Array:
    """1 / √x: infinite at zero, no number below."""
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Array = np.reciprocal(np.sqrt(operands[0].values))
    return result


_ROOT_FACTORS = 2.0**-12, 2.0**29
"""Bounds of 1 / (√input step × output step): its shift, and that of 20 bits before it, in int32."""


def _rsqrt_fits(op: QuantizedOp[NoAttrs], params: object) -> bool:
    source, result = op.inputs[0].affine, op.output.affine
    least, largest = _ROOT_FACTORS
    factor = lookup.inverse_root_factor(source, result)
    return least <= factor <= largest


_RSQRT_GUARD: RangeGuard[NoAttrs] = RangeGuard(
    "1 / (√input step × output step) is a multiplier whose shift, less 20, is -31 to 10; below "
    "zero TFLite Micro stops, so that the input's zero point has to be its least integer",
    output=lambda attrs, steps, constants, bits: 1 / (_ROOT_FACTORS[1] * math.sqrt(steps[0])),
    least_value=0.0,
    largest_output=lambda attrs, steps, bits: 1 / (_ROOT_FACTORS[0] * math.sqrt(steps[0])),
)

ABS = Operator(
    name="ABS",
    attrs=NoAttrs,
    shape=same_shape,
    float_form=lambda attrs, operands: np.abs(operands[0].values),
    gradient=pointwise_gradient(lambda x, _: np.abs(x), lambda x, _: np.sign(x)),
    scale=OutputScale(),
    guard=rescaling_guard(),
    int8=table_form(lambda _, source, result: lookup.abs_table(source, result), rescaling_fits()),
    int16=IntegerForm(_abs_params, _int16_abs, rescaling_fits()),
    dynamic=NO_DYNAMIC,
    formula=lambda xp, x: xp.abs(x),
)
ELU: Operator[NoAttrs, LookupParams, Never] = Operator(
    name="ELU",
    attrs=NoAttrs,
    shape=same_shape,
    float_form=_elu,
    gradient=pointwise_gradient(
        lambda x, _: np.where(x < 0, expm1(np.minimum(x, 0)), x),
        lambda x, _: exp(np.minimum(x, 0)),
    ),
    scale=OutputScale(),
    guard=rescaling_guard(),
    int8=table_form(lambda _, source, result: lookup.elu_table(source, result), rescaling_fits()),
    int16=NoForm("TensorFlow Lite Micro has ELU for int8 only: use RELU or LEAKY_RELU"),
    dynamic=NO_DYNAMIC,
)
RSQRT = Operator(
    name="RSQRT",
    attrs=NoAttrs,
    shape=same_shape,
    float_form=_rsqrt,
    gradient=pointwise_gradient(lambda x, _: 1 / np.sqrt(x), lambda x, _: -0.5 / (x * np.sqrt(x))),
    scale=OutputScale(),
    guard=_RSQRT_GUARD,
    int8=table_form(lambda _, source, result: lookup.rsqrt_table(source, result), _rsqrt_fits),
    int16=IntegerForm(_rsqrt_params, _int16_rsqrt, _rsqrt_fits),
    dynamic=NO_DYNAMIC,
)
