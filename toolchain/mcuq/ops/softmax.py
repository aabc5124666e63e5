"""SOFTMAX over the last dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.numeric import (
    INT8_MAX,
    INT8_MIN,
    doubling_high_multiply,
    elementary,
    exp_on_negative_values,
    input_radius,
    integer_limits,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    reciprocal,
    rounding_right_shift,
)
from mcuq.numeric.single import exp_single
from mcuq.numeric.tensor import AffineParams
from mcuq.ops.attrs import Attrs
from mcuq.ops.int16_tables import exp_table, lookup_interpolated, reciprocal_table
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    UNIT,
    Backward,
    IntegerForm,
    Operator,
    QuantizedOp,
    RangeGuard,
    Shape,
    StepLimits,
    Values,
    single,
)

Int64 = npt.NDArray[np.int64]

_DIFFERENCE_BITS = 5
"""Integer bits of the rescaled difference to the row's maximum."""
_SUM_BITS = 12
"""Integer bits of the sum of exponentials."""
_OUTPUT_BITS = 8
HIDDEN = -1000.0
"""A score that is not to be looked at, and any below: beside scores within 800 of each other its
weight is 0 in float32."""
FLAT_CLASSES = 512
"""From this many values on, a row can be flat."""
_FLAT_SUM = FLAT_CLASSES << (31 - _SUM_BITS)
_LOW, _HIGH = integer_limits(16)
WIDENED_UNIT = AffineParams(np.float32(1 / 65536), -32768)
"""Of an int16 result of int8 values, which only files that are taken as they are have."""


@dataclass(frozen=True)
class SoftmaxAttrs(Attrs):
    """SOFTMAX over the last dimension."""

    beta: float = 1.0


@dataclass(frozen=True)
class SoftmaxParams:
    """SOFTMAX over rows of `depth` values: differences to the row's maximum below `diff_min`
    count as zero probability."""

    rows: int
    depth: int
    multiplier: int
    shift: int
    diff_min: int


@dataclass(frozen=True, eq=False)
class Int16SoftmaxParams(ByContent):
    """SOFTMAX of int16: exp and 1 / (1 + x) by tables of 513 entries (see `ops.int16_tables`)."""

    rows: int
    depth: int
    multiplier: int
    shift: int
    exp: npt.NDArray[np.int16]
    reciprocal: npt.NDArray[np.int16]


def _shape(attrs: SoftmaxAttrs, inputs: Sequence[Shape]) -> Shape:
    return inputs[0]


def _float(attrs: SoftmaxAttrs, operands: list[Operand]) -> Array:
    """exp(beta × (x - max)) over its sum."""
    x = operands[0].values
    shares: Array = elementary.softmax(np.float32(attrs.beta) * x)
    return shares


def _gradient(attrs: SoftmaxAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    beta = attrs.beta
    p = elementary.softmax(beta * xs[0])
    return p, lambda g: [beta * p * (g - (g * p).sum(axis=-1, keepdims=True))]


def _difference_factor(op: QuantizedOp[SoftmaxAttrs]) -> float:
    """From steps of an int8 input to Q5.26: tflite::PreprocessSoftmaxScaling."""
    real = float(np.float32(op.attrs.beta)) * float(single(op.inputs[0]))
    return min(real * (1 << (31 - _DIFFERENCE_BITS)), (1 << 31) - 1.0)


def _fits(op: QuantizedOp[SoftmaxAttrs], params: SoftmaxParams) -> bool:
    """TFLite Micro aborts where the factor is not above 1."""
    return _difference_factor(op) > 1


def _params(op: QuantizedOp[SoftmaxAttrs]) -> SoftmaxParams:
    source = op.inputs[0]
    multiplier, shift = quantize_multiplier(_difference_factor(op))
    depth = source.shape[-1]
    diff_min = -input_radius(_DIFFERENCE_BITS, shift)
    return SoftmaxParams(source.size // depth, depth, multiplier, shift, diff_min)


def _softmax(op: QuantizedOp[SoftmaxAttrs], params: SoftmaxParams, inputs: list[Values]) -> Values:
    """Rows that `flat_rows` names give 0 throughout."""
    exponential, kept = _row_exponentials(params, inputs[0])
    total = _sums(exponential)
    flat = total >= _FLAT_SUM
    scale, bits_over_unit = reciprocal(np.where(flat, _FLAT_SUM - 1, total), _SUM_BITS)
    product = doubling_high_multiply(scale, exponential)
    output = rounding_right_shift(product, bits_over_unit + 31 - _OUTPUT_BITS) + INT8_MIN
    clipped = np.clip(np.where(kept & ~flat, output, INT8_MIN), INT8_MIN, INT8_MAX)
    return clipped.astype(np.int8).reshape(inputs[0].shape)


def _widened(params: SoftmaxParams, x: Values) -> Values:
    """int8 to int16, in steps of 1/65536; where `flat_rows` names none, what TFLite Micro gives."""
    exponential, kept = _row_exponentials(params, x)
    total = np.minimum(_sums(exponential), np.int64((1 << 31) - 1))
    scale, bits_over_unit = reciprocal(total, _SUM_BITS)
    product = doubling_high_multiply(scale, exponential)
    output = rounding_right_shift(product, bits_over_unit + 31 - 2 * _OUTPUT_BITS) + _LOW
    return np.clip(np.where(kept, output, _LOW), _LOW, _HIGH).astype(np.int16).reshape(x.shape)


def flat_rows(params: SoftmaxParams, x: Values) -> npt.NDArray[np.bool_]:
    """Rows, (samples, rows), whose exponentials sum to 512 or more: TFLite Micro aborts there.

    It shifts by (number of leading zeros of 2^31 / sum) + 23 bits, which is beyond 31 from 2^28 on,
    512 in Q12.19. Every probability is below 1/512 then, half a step of the output: 0 is right. A
    row takes 512 values close to its largest for that.

    Args:
        params: of a SOFTMAX of int8 values.
        x: its input, (samples, …) int8.
    """
    exponential, _ = _row_exponentials(params, x)
    flat: npt.NDArray[np.bool_] = _sums(exponential) >= _FLAT_SUM
    return flat.reshape(len(x), -1)


def _row_exponentials(params: SoftmaxParams, x: Values) -> tuple[Int64, npt.NDArray[np.bool_]]:
    """exp of the differences to each row's maximum in Q0.31, and which of them count at all."""
    rows = x.reshape(-1, params.depth).astype(np.int64)
    difference = rows - rows.max(axis=1, keepdims=True)
    kept = difference >= params.diff_min
    return _exponentials(params)[-difference] * kept, kept


def _sums(exponential: Int64) -> Int64:
    total: Int64 = rounding_right_shift(exponential, _SUM_BITS).sum(axis=1, keepdims=True)
    return total


def _exponentials(params: SoftmaxParams) -> Int64:
    """exp of the differences 0, -1 … -255 in Q0.31."""
    steps = np.maximum(-np.arange(256, dtype=np.int64), params.diff_min)
    argument = multiply_by_quantized_multiplier(steps, params.multiplier, params.shift)
    return exp_on_negative_values(argument, _DIFFERENCE_BITS)


def _int16_params(op: QuantizedOp[SoftmaxAttrs]) -> Int16SoftmaxParams | SoftmaxParams:
    """Differences are brought to steps of 10 / 65535, the resolution of the exp table; those of
    int8 are as where the result is int8."""
    source, beta = op.inputs[0], float(np.float32(op.attrs.beta))
    if source.bits == 8:
        return _params(op)
    depth = source.shape[-1]
    factor = quantize_multiplier(float(single(source)) * beta / (10.0 / 65535.0))
    return Int16SoftmaxParams(source.size // depth, depth, *factor, exp_table(), reciprocal_table())


def _int16_softmax(
    op: QuantizedOp[SoftmaxAttrs], p: Int16SoftmaxParams | SoftmaxParams, inputs: list[Values]
) -> Values:
    """By interpolated tables; of int8 as where the result is int8."""
    if isinstance(p, SoftmaxParams):
        return _widened(p, inputs[0])
    rows = inputs[0].reshape(-1, p.depth).astype(np.int64)
    difference = rows - rows.max(axis=1, keepdims=True)
    scaled = multiply_by_quantized_multiplier(difference, p.multiplier, p.shift) + _HIGH
    exponential = lookup_interpolated(p.exp, np.clip(scaled, _LOW, _HIGH))
    # From 65,539 values on, TFLite Micro's sum may overflow; the firmware's saturates.
    total = np.minimum(exponential.sum(axis=1, keepdims=True), np.int64((1 << 31) - 1))
    # The sum is normalized to 1 … 2; the table holds 1 / (1 + x) for what is over 1.
    zeros = 32 - np.array([int(value).bit_length() for value in total.ravel()]).reshape(-1, 1)
    normalized = ((total << (zeros - 1)) + (1 << 13)) >> 14
    centred = np.clip(normalized - ((1 << 15) + (1 << 16)), _LOW, _HIGH)
    scale = lookup_interpolated(p.reciprocal, centred)
    shift = 31 - zeros
    output = (exponential * scale + (np.int64(1) << (shift - 1))) >> shift
    stored: Values = np.clip(output, 0, _HIGH).astype(np.int16)
    return stored.reshape(inputs[0].shape)


def _int16_fits(op: QuantizedOp[SoftmaxAttrs], params: Int16SoftmaxParams | SoftmaxParams) -> bool:
    if isinstance(params, SoftmaxParams):
        return _fits(op, params)
    return 2 * 32768 * 2.0 ** max(params.shift, 0) < 2**31


def _dynamic(op: QuantizedOp[SoftmaxAttrs], inputs: list[Values]) -> Values:
    """Exponentials are added in order."""
    x = inputs[0]
    beta = np.float32(op.attrs.beta)
    powers = exp_single((x - x.max(axis=-1, keepdims=True)) * beta)
    total = np.zeros(x.shape[:-1], np.float32)
    for index in range(x.shape[-1]):
        total += powers[..., index]
    shares: Values = powers / total[..., None]
    return shares


def _argument_limits(attrs: SoftmaxAttrs, bits: int) -> StepLimits:
    return StepLimits(2.0**-25 / attrs.beta, np.inf if bits == 8 else 5.0 / attrs.beta)


SOFTMAX = Operator(
    name="SOFTMAX",
    attrs=SoftmaxAttrs,
    shape=_shape,
    float_form=_float,
    gradient=_gradient,
    scale=UNIT,
    guard=RangeGuard(
        "int8: beta × scale × 2^26 is above 1; "
        "int16: differences × beta × scale × 6553.5 stay in int32",
        argument=_argument_limits,
    ),
    int8=IntegerForm(_params, _softmax, _fits),
    int16=IntegerForm(_int16_params, _int16_softmax, _int16_fits),
    dynamic=_dynamic,
)
