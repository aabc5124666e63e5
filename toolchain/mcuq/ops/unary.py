"""Functions of one argument: RELU, RELU6, LEAKY_RELU, LOGISTIC, TANH, HARD_SWISH."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Never

import numpy as np
import numpy.typing as npt

from mcuq.numeric import (
    activation_bounds,
    elementary,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
)
from mcuq.numeric.activation import Activation
from mcuq.ops import lookup
from mcuq.ops.attrs import Attrs, NoAttrs
from mcuq.ops.int16_sigmoid import Int16SigmoidParams, logistic, tanh
from mcuq.ops.int16_tables import SIGMOID_UNIT, sigmoid_factor, sigmoid_table
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    SIGNED_UNIT,
    UNIT,
    A,
    IntegerForm,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    StepLimits,
    Values,
    always,
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

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LeakyReluAttrs(Attrs):
    """LEAKY_RELU: alpha × x below zero."""

    alpha: float


@dataclass(frozen=True)
class LeakyReluParams:
    """LEAKY_RELU, RELU, RELU6 of int16: one factor for values from 0 on, one below, a clamp."""

    multiplier: int
    shift: int
    negative_multiplier: int
    negative_shift: int
    activation_min: int
    activation_max: int


def _logistic(attrs: NoAttrs, operands: list[Operand]) -> Array:
    """1 / (1 + exp(-x))."""
    return elementary.expit(operands[0].values)


def _leaky(x: Array, alpha: np.float32) -> Array:
    return np.where(x > 0, x, alpha * x)


def _hard_swish(attrs: NoAttrs, operands: list[Operand]) -> Array:
    """x × min(max(x + 3, 0), 6) / 6."""
    x = operands[0].values
    result: Array = x * np.clip(x + np.float32(3), 0, 6) / np.float32(6)
    return result


def _rectified_form(
    slope: Callable[[A], float], activation: Activation = Activation.NONE
) -> IntegerForm[A, LeakyReluParams]:
    """int16: `slope` is that below zero, `activation` clamps the result."""

    def params(op: QuantizedOp[A]) -> LeakyReluParams:
        source, result = op.inputs[0], op.output
        alpha = float(np.float32(slope(op.attrs)))
        factor = float(single(source)) / float(single(result))
        below = float(single(source)) * alpha / float(single(result))
        bounds = activation_bounds(activation, single(result), result.zero_point, result.bits)
        pairs = (*quantize_multiplier(factor), *quantize_multiplier(below))
        return LeakyReluParams(*pairs, *bounds)

    return IntegerForm(params, rectified, _rescaling_fits)


def rectified(op: QuantizedOp[A], p: LeakyReluParams, inputs: list[Values]) -> Values:
    x = inputs[0].astype(np.int64)
    above = multiply_by_quantized_multiplier(x, p.multiplier, p.shift)
    below = multiply_by_quantized_multiplier(x, p.negative_multiplier, p.negative_shift)
    values = np.where(x >= 0, above, below)
    return np.clip(values, p.activation_min, p.activation_max).astype(np.int16)


def _sigmoid_params(op: QuantizedOp[NoAttrs]) -> Int16SigmoidParams:
    return Int16SigmoidParams(*sigmoid_factor(float(single(op.inputs[0]))), sigmoid_table())


_LEAST_SIGMOIDAL = 2.0**-28
"""Below it, TensorFlow Lite shifts by a negative amount for the range of the argument."""
_ABOVE_SIGMOIDAL = 2.0**35
"""From here on it shifts by more than 62, which C leaves undefined."""


def _sigmoid_fits(op: QuantizedOp[NoAttrs], params: object) -> bool:
    scale = float(single(op.inputs[0]))
    most = _ABOVE_SIGMOIDAL if op.output.bits == 8 else 2.0**15 / SIGMOID_UNIT
    return _LEAST_SIGMOIDAL <= scale < most


def _steepest(attrs: Attrs) -> float:
    return max(1.0, abs(attrs.alpha)) if isinstance(attrs, LeakyReluAttrs) else 1.0


_RESCALED_GUARD = rescaling_guard(_steepest)
_rescaling_fits = rescaling_fits(_steepest)


def _sigmoid_limits(attrs: NoAttrs, bits: int) -> StepLimits:
    return StepLimits(2.0**-27, 2.0**34) if bits == 8 else StepLimits(2.0**-44, 5.0)


_SIGMOID_GUARD = RangeGuard(
    "int8: x × scale × 2^27 as a Q31 multiplier and a shift of 0 to 62; "
    "int16: x × scale × 12288 in int32, the factor a positive integer after 31 shifts",
    argument=_sigmoid_limits,
)


def _swish_limits(attrs: NoAttrs, bits: int) -> StepLimits:
    return StepLimits(2.0**-37, 2.0**24) if bits == 8 else StepLimits()


RELU = Operator(
    name="RELU",
    attrs=NoAttrs,
    shape=same_shape,
    float_form=lambda attrs, operands: np.maximum(operands[0].values, np.float32(0)),
    gradient=pointwise_gradient(lambda x, _: np.maximum(x, 0), lambda x, _: x > 0),
    scale=OutputScale(),
    guard=_RESCALED_GUARD,
    int8=table_form(lambda _, source, result: lookup.relu_table(source, result), _rescaling_fits),
    int16=_rectified_form(lambda _: 0.0),
    dynamic=NO_DYNAMIC,
)
RELU6 = Operator(
    name="RELU6",
    attrs=NoAttrs,
    shape=same_shape,
    float_form=lambda attrs, operands: np.clip(operands[0].values, np.float32(0), np.float32(6)),
    gradient=pointwise_gradient(lambda x, _: np.clip(x, 0, 6), lambda x, _: (x > 0) & (x < 6)),
    # TFLite Micro clamps RELU6 in the input's integers.
    scale=OutputScale(same=True),
    guard=RangeGuard("values are clamped on the input's scale"),
    int8=table_form(lambda _, source, result: lookup.relu6_table(source, result), always),
    int16=_rectified_form(lambda _: 0.0, Activation.RELU6),
    dynamic=NO_DYNAMIC,
)
LEAKY_RELU = Operator(
    name="LEAKY_RELU",
    attrs=LeakyReluAttrs,
    shape=same_shape,
    float_form=lambda attrs, operands: _leaky(operands[0].values, np.float32(attrs.alpha)),
    gradient=pointwise_gradient(
        lambda x, attrs: np.where(x > 0, x, attrs.alpha * x),
        lambda x, attrs: np.where(x > 0, 1.0, attrs.alpha),
    ),
    scale=OutputScale(),
    guard=_RESCALED_GUARD,
    int8=table_form(
        lambda attrs, source, result: lookup.leaky_relu_table(
            float(np.float32(attrs.alpha)), source, result
        ),
        _rescaling_fits,
    ),
    int16=_rectified_form(lambda attrs: attrs.alpha),
    dynamic=NO_DYNAMIC,
)
LOGISTIC = Operator(
    name="LOGISTIC",
    attrs=NoAttrs,
    shape=same_shape,
    float_form=_logistic,
    gradient=pointwise_gradient(
        lambda x, _: elementary.expit(x),
        lambda x, _: elementary.expit(x) * (1 - elementary.expit(x)),
    ),
    scale=UNIT,
    guard=_SIGMOID_GUARD,
    int8=table_form(lambda _, source, result: lookup.logistic_table(source, result), _sigmoid_fits),
    int16=IntegerForm(_sigmoid_params, lambda op, p, inputs: logistic(p, inputs[0]), _sigmoid_fits),
    dynamic=NO_DYNAMIC,
)
TANH = Operator(
    name="TANH",
    attrs=NoAttrs,
    shape=same_shape,
    float_form=lambda attrs, operands: elementary.tanh(operands[0].values),
    gradient=pointwise_gradient(
        lambda x, _: elementary.tanh(x), lambda x, _: 1 - elementary.tanh(x) ** 2
    ),
    scale=SIGNED_UNIT,
    guard=_SIGMOID_GUARD,
    int8=table_form(lambda _, source, result: lookup.tanh_table(source, result), _sigmoid_fits),
    int16=IntegerForm(_sigmoid_params, lambda op, p, inputs: tanh(p, inputs[0]), _sigmoid_fits),
    dynamic=NO_DYNAMIC,
)
HARD_SWISH: Operator[NoAttrs, LookupParams, Never] = Operator(
    name="HARD_SWISH",
    attrs=NoAttrs,
    shape=same_shape,
    float_form=_hard_swish,
    gradient=pointwise_gradient(
        lambda x, _: x * np.clip(x + 3, 0, 6) / 6,
        lambda x, _: np.where(x <= -3, 0.0, np.where(x >= 3, 1.0, (2 * x + 3) / 6)),
    ),
    scale=OutputScale(),
    guard=RangeGuard(
        "the gate, x × scale × 85.3 in int16, is shifted right by 31 at most and left by 30; "
        "the output's multiplier stays below 1",
        argument=_swish_limits,
        output=lambda attrs, steps, constants, bits: steps[0] * 2.0**-6,
    ),
    int8=table_form(
        lambda _, source, result: lookup.hard_swish_table(source, result), _rescaling_fits
    ),
    int16=NoForm("it is spelled out as ADD, MUL and MUL before it is quantized"),
    dynamic=NO_DYNAMIC,
)
