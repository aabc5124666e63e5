"""Further functions of one argument: ABS, ELU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Never

import numpy as np

from mcuq.numeric import multiply_by_quantized_multiplier, quantize_multiplier
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


def _elu(attrs: NoAttrs, operands: list[Operand]) -> Array:
    """x from 0 on, exp(x) - 1 below."""
    x = operands[0].values
    result: Array = np.where(x < 0, np.expm1(np.minimum(x, np.float32(0))), x)
    return result


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
        lambda x, _: np.where(x < 0, np.expm1(np.minimum(x, 0)), x),
        lambda x, _: np.exp(np.minimum(x, 0)),
    ),
    scale=OutputScale(),
    guard=rescaling_guard(),
    int8=table_form(lambda _, source, result: lookup.elu_table(source, result), rescaling_fits()),
    int16=NoForm("TensorFlow Lite Micro has ELU for int8 only: use RELU or LEAKY_RELU"),
    dynamic=NO_DYNAMIC,
)
