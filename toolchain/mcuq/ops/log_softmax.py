"""LOG_SOFTMAX over the last dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Never

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.numeric import (
    INT8_MAX,
    INT8_MIN,
    elementary,
    exp_on_negative_values,
    input_radius,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    rounding_right_shift,
)
from mcuq.numeric.logarithm import logarithm
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    Backward,
    IntegerForm,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    StepLimits,
    Values,
    single,
)

_DIFFERENCE_BITS = 5
"""Integer bits of the rescaled difference to the row's maximum, and of the logarithm."""
_SUM_BITS = 12
"""Integer bits of the sum of exponentials."""
_LARGEST_ROW = (1 << _SUM_BITS) - 1
_OUTPUT_SHIFT = 31 - _DIFFERENCE_BITS - 4
"""From Q5.26 to steps of 1/16."""


@dataclass(frozen=True, eq=False)
class LogSoftmaxParams(ByContent):
    """LOG_SOFTMAX over rows of `depth` values.

    Attributes:
        powers: exp of the differences 0, -1 … -255 to a row's maximum, int32 in Q12.19.
        multiplier, shift: bring a difference to Q5.26.
        diff_min: differences below it give the least output.
    """

    rows: int
    depth: int
    multiplier: int
    shift: int
    diff_min: int
    powers: npt.NDArray[np.int32]


def _shape(attrs: NoAttrs, inputs: Sequence[Shape]) -> Shape:
    (shape,) = inputs
    if shape[-1] > _LARGEST_ROW:
        raise ValueError(f"{shape[-1]} values: TensorFlow Lite Micro adds {_LARGEST_ROW} at most")
    return shape


def _float(attrs: NoAttrs, operands: list[Operand]) -> Array:
    """x - max, less the logarithm of the sum of exp of that."""
    return elementary.log_softmax(operands[0].values)


def _gradient(attrs: NoAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    logs = elementary.log_softmax(xs[0])
    return logs, lambda g: [g - elementary.exp(logs) * g.sum(axis=-1, keepdims=True)]


def _difference_factor(op: QuantizedOp[NoAttrs]) -> float:
    """From steps of the input to Q5.26: tflite::PreprocessLogSoftmaxScalingExp."""
    return min(float(single(op.inputs[0])) * (1 << (31 - _DIFFERENCE_BITS)), (1 << 31) - 1.0)


def _fits(op: QuantizedOp[NoAttrs], params: LogSoftmaxParams) -> bool:
    """TFLite Micro aborts where the factor is not above 1."""
    return _difference_factor(op) > 1


def _params(op: QuantizedOp[NoAttrs]) -> LogSoftmaxParams:
    source = op.inputs[0]
    multiplier, shift = quantize_multiplier(_difference_factor(op))
    depth = source.shape[-1]
    diff_min = -input_radius(_DIFFERENCE_BITS, shift)
    steps = -np.arange(256, dtype=np.int64)
    argument = multiply_by_quantized_multiplier(np.maximum(steps, diff_min), multiplier, shift)
    exponentials = exp_on_negative_values(argument, _DIFFERENCE_BITS)
    powers = np.where(steps < diff_min, 0, rounding_right_shift(exponentials, _SUM_BITS))
    return LogSoftmaxParams(
        source.size // depth, depth, multiplier, shift, diff_min, powers.astype(np.int32)
    )


def _log_softmax(op: QuantizedOp[NoAttrs], p: LogSoftmaxParams, inputs: list[Values]) -> Values:
    rows = inputs[0].reshape(-1, p.depth).astype(np.int64)
    difference = rows - rows.max(axis=1, keepdims=True)
    total = p.powers.astype(np.int64)[-difference].sum(axis=1, keepdims=True)
    kept = difference >= p.diff_min
    real = multiply_by_quantized_multiplier(difference * kept, p.multiplier, p.shift)
    logs = rounding_right_shift(real - logarithm(total, _SUM_BITS), _OUTPUT_SHIFT) + INT8_MAX
    clipped = np.clip(np.where(kept, logs, INT8_MIN), INT8_MIN, INT8_MAX)
    return clipped.astype(np.int8).reshape(inputs[0].shape)


LOG_SOFTMAX: Operator[NoAttrs, LogSoftmaxParams, Never] = Operator(
    name="LOG_SOFTMAX",
    attrs=NoAttrs,
    shape=_shape,
    float_form=_float,
    gradient=_gradient,
    # From -16 to 0: TFLite Micro writes no other.
    scale=OutputScale(fixed=((8, AffineParams(np.float32(1 / 16), INT8_MAX)),)),
    guard=RangeGuard("scale × 2^26 is above 1", argument=lambda attrs, bits: StepLimits(2.0**-25)),
    int8=IntegerForm(_params, _log_softmax, _fits),
    int16=NoForm("TensorFlow Lite Micro has LOG_SOFTMAX for int8 only: use SOFTMAX"),
    dynamic=NO_DYNAMIC,
)
