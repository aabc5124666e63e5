"""Operators whose int16 form is more than the int8 one with wider clamps."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt

from mcuq.graph import Op, OpKind
from mcuq.numeric import integer_limits, multiply_by_quantized_multiplier
from mcuq.quantized import (
    AddParams,
    Int16SigmoidParams,
    Int16SoftmaxParams,
    LeakyReluParams,
    MulParams,
    QuantizedGraph,
    op_params,
)
from mcuq.quantized.int16 import lookup_interpolated

Int64 = npt.NDArray[np.int64]
Values = npt.NDArray[Any]

_LOW, _HIGH = integer_limits(16)


def add(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """ADD and SUB."""
    p = cast(AddParams, op_params(qgraph, op))
    first, second = (x.astype(np.int64) << p.left_shift for x in _aligned(inputs))
    first = multiply_by_quantized_multiplier(first, p.input1_multiplier, p.input1_shift)
    second = multiply_by_quantized_multiplier(second, p.input2_multiplier, p.input2_shift)
    combined = first - second if op.kind is OpKind.SUB else first + second
    return _finished(combined, p)


def mul(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """MUL."""
    first, second = _aligned(inputs)
    params = cast(MulParams, op_params(qgraph, op))
    return _finished(first.astype(np.int64) * second, params)


def leaky_relu(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """LEAKY_RELU, RELU and RELU6."""
    p = cast(LeakyReluParams, op_params(qgraph, op))
    x = inputs[0].astype(np.int64)
    above = multiply_by_quantized_multiplier(x, p.multiplier, p.shift)
    below = multiply_by_quantized_multiplier(x, p.negative_multiplier, p.negative_shift)
    values = np.where(x >= 0, above, below)
    return np.clip(values, p.activation_min, p.activation_max).astype(np.int16)


def logistic(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """LOGISTIC: the table of half of it, mirrored below zero."""
    argument, curve = _sigmoid(qgraph, op, inputs, 9)
    return (np.where(argument >= 0, curve + 512, (1 << 25) - curve + 511) >> 10).astype(np.int16)


def tanh(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """TANH: 2 × logistic(2 x) - 1, from the same table."""
    argument, curve = _sigmoid(qgraph, op, inputs, 8)
    above = curve - (1 << 23)
    return (np.where(argument >= 0, above + 128, 127 - above) >> 8).astype(np.int16)


def _sigmoid(
    qgraph: QuantizedGraph, op: Op, inputs: list[Values], fraction: int
) -> tuple[Int64, Int64]:
    """The argument in the table's steps with `fraction` bits below, and the interpolated entry."""
    p = cast(Int16SigmoidParams, op_params(qgraph, op))
    rounding = (1 << p.shift) >> 1
    argument = (inputs[0].astype(np.int64) * p.multiplier + rounding) >> p.shift
    index, part = np.divmod(np.abs(argument), 1 << fraction)
    table = p.table.astype(np.int64)
    last = len(table) - 1
    start = table[np.minimum(index, last)]
    slope = table[np.minimum(index + 1, last)] - start
    # Beyond the table TFLite Micro takes 1 - 2^-15 for LOGISTIC and 1 - 2^-16 for TANH.
    end = (0x7FFF << 10) if op.kind is OpKind.LOGISTIC else (0xFFFF << 8)
    return argument, np.where(index >= last, end, (start << fraction) + part * slope)


def softmax(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """SOFTMAX over the last dimension, by interpolated tables."""
    p = cast(Int16SoftmaxParams, op_params(qgraph, op))
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


def _finished(combined: Int64, params: AddParams | MulParams) -> Values:
    scaled = multiply_by_quantized_multiplier(
        combined, params.output_multiplier, params.output_shift
    )
    clipped: Values = np.clip(scaled, params.activation_min, params.activation_max).astype(np.int16)
    return clipped


def _aligned(inputs: list[Values]) -> list[Values]:
    """Both operands with ones inserted behind the sample dimension, so that they broadcast."""
    rank = max(x.ndim for x in inputs)
    return [x.reshape(x.shape[0], *(1,) * (rank - x.ndim), *x.shape[1:]) for x in inputs]
