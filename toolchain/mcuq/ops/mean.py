"""MEAN and SUM over any dimensions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mcuq.numeric import integer_limits, multiply_by_quantized_multiplier, quantize_multiplier
from mcuq.ops.attrs import Attrs
from mcuq.ops.operand import Array, Operand
from mcuq.ops.operator import (
    NO_DYNAMIC,
    Backward,
    IntegerForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    largest_shifted,
    single,
)
from mcuq.ops.settings import GUARDS
from mcuq.ops.shapes import check_axes


@dataclass(frozen=True)
class MeanAttrs(Attrs):
    """MEAN, SUM and REDUCE_MIN over non-negative `axes`."""

    axes: tuple[int, ...]
    keep_dims: bool = False


@dataclass(frozen=True)
class MeanParams:
    """MEAN and SUM: output = rescaled (sum + input_offset × count) + output_offset.

    The multiplier of a MEAN contains 1 / count.
    """

    axes: tuple[int, ...]
    count: int
    input_offset: int
    multiplier: int
    shift: int
    output_offset: int


def reduced_shape(attrs: MeanAttrs, inputs: Sequence[Shape]) -> Shape:
    """The shape rule of reductions."""
    shape = inputs[0]
    check_axes(attrs.axes, shape)
    if attrs.keep_dims:
        return tuple(1 if axis in attrs.axes else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis not in attrs.axes)


def _float_mean(attrs: MeanAttrs, operands: list[Operand]) -> Array:
    axes = tuple(axis + 1 for axis in attrs.axes)
    mean = operands[0].values.mean(axis=axes, keepdims=attrs.keep_dims, dtype=np.float64)
    result: Array = mean.astype(np.float32)
    return result


def _mean_gradient(attrs: MeanAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    (x,) = xs
    axes = tuple(axis + 1 for axis in attrs.axes)
    kept = x.mean(axis=axes, keepdims=True)
    count = x.size // kept.size

    def backward(g: Values) -> list[Values]:
        return [np.broadcast_to(g.reshape(kept.shape) / count, x.shape)]

    return kept.reshape(len(x), *shape), backward


def _float_sum(attrs: MeanAttrs, operands: list[Operand]) -> Array:
    axes = tuple(axis + 1 for axis in attrs.axes)
    total = operands[0].values.sum(axis=axes, keepdims=attrs.keep_dims, dtype=np.float64)
    result: Array = total.astype(np.float32)
    return result


def _sum_gradient(attrs: MeanAttrs, xs: list[Values], shape: Shape) -> tuple[Values, Backward]:
    (x,) = xs
    kept = x.sum(axis=tuple(axis + 1 for axis in attrs.axes), keepdims=True)

    def backward(g: Values) -> list[Values]:
        return [np.broadcast_to(g.reshape(kept.shape), x.shape)]

    return kept.reshape(len(x), *shape), backward


def _sum_params(op: QuantizedOp[MeanAttrs]) -> MeanParams:
    source, result = op.inputs[0], op.output
    count = math.prod(source.shape[axis] for axis in op.attrs.axes)
    multiplier, shift = quantize_multiplier(float(single(source)) / float(single(result)))
    return MeanParams(
        op.attrs.axes, count, -source.zero_point, multiplier, shift, result.zero_point
    )


def _mean_params(op: QuantizedOp[MeanAttrs]) -> MeanParams:
    source, result = op.inputs[0], op.output
    count = math.prod(source.shape[axis] for axis in op.attrs.axes)
    multiplier, shift = quantize_multiplier(float(single(source)) / float(single(result)))
    # 1 / count goes into the multiplier with as many bits as the shift leaves room for.
    room = min(count.bit_length() - 1, 32, 31 + shift)
    return MeanParams(
        op.attrs.axes,
        count,
        -source.zero_point,
        (multiplier << room) // count,
        shift - room,
        result.zero_point,
    )


def _mean(op: QuantizedOp[MeanAttrs], params: MeanParams, inputs: list[Values]) -> Values:
    axes = tuple(axis + 1 for axis in params.axes)
    total = inputs[0].sum(axis=axes, dtype=np.int64) + params.count * params.input_offset
    scaled = multiply_by_quantized_multiplier(total, params.multiplier, params.shift)
    low, high = integer_limits(op.output.bits)
    dtype = inputs[0].dtype
    output = np.clip(scaled + params.output_offset, low, high).astype(dtype)
    return output.reshape(len(inputs[0]), *op.output.shape)


def _near_largest(
    attrs: MeanAttrs, steps: Sequence[float], constants: Sequence[Values | None], bits: int
) -> float:
    return max(steps) * GUARDS.least_step[bits]


def _input_step(
    attrs: MeanAttrs, steps: Sequence[float], constants: Sequence[Values | None], bits: int
) -> float:
    return steps[0]


def _mean_fits(op: QuantizedOp[MeanAttrs], params: MeanParams) -> bool:
    largest = largest_shifted(op.output.bits)
    return largest * params.count * 2.0 ** max(params.shift, 0) < 2**31


_MEAN_FORM = IntegerForm(_mean_params, _mean, _mean_fits)
MEAN = Operator(
    name="MEAN",
    attrs=MeanAttrs,
    shape=reduced_shape,
    float_form=_float_mean,
    gradient=_mean_gradient,
    scale=OutputScale(),
    guard=RangeGuard(
        "the input's step over the output's, times a sum, stays inside int32", output=_near_largest
    ),
    int8=_MEAN_FORM,
    int16=_MEAN_FORM,
    dynamic=NO_DYNAMIC,
)
_SUM_FORM = IntegerForm(_sum_params, _mean, _mean_fits)
SUM = Operator(
    name="SUM",
    attrs=MeanAttrs,
    shape=reduced_shape,
    float_form=_float_sum,
    gradient=_sum_gradient,
    scale=OutputScale(),
    guard=RangeGuard(
        "an output step below the input's tells nothing apart; from there on the multiplier is at "
        "most one, and sums of 8.4 million int8 or 32,767 int16 values stay inside int32",
        output=_input_step,
    ),
    int8=_SUM_FORM,
    int16=_SUM_FORM,
    dynamic=NO_DYNAMIC,
)
