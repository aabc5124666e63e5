"""CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV, FULLY_CONNECTED: the operators with filters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from mcuq.ops import weighted_dynamic as dynamic
from mcuq.ops import weighted_float as floating
from mcuq.ops import weighted_integer as integer
from mcuq.ops.operator import (
    NO_DYNAMIC,
    A,
    IntegerForm,
    NoForm,
    Operator,
    OutputScale,
    QuantizedOp,
    RangeGuard,
    Shape,
    Values,
    largest_shifted,
)
from mcuq.ops.settings import GUARDS
from mcuq.ops.shapes import of_rank
from mcuq.ops.weighted_params import (
    ConvAttrs,
    DepthwiseConvAttrs,
    FullyConnectedAttrs,
    RescaleParams,
    TransposeConvAttrs,
    conv_params,
    depthwise_params,
    fully_connected_params,
    transpose_conv_params,
)
from mcuq.ops.window import window_axes

_INT16_SUMS = 2.0**47
"""Of a sum of 16x8 products."""
_INT16_SHIFT = 7
"""Such a sum may be shifted left by so much."""
_TRAINED = NoForm("its parameters are trained: see ptq.refine.simulation")


def _conv_shape(attrs: ConvAttrs, inputs: Sequence[Shape]) -> Shape:
    batch, *spatial, channels = of_rank(inputs[0], 4, "input")
    filters, *kernel, depth = of_rank(inputs[1], 4, "filter")
    if channels % depth or filters % (channels // depth):
        raise ValueError(f"a filter of shape {inputs[1]} does not divide {channels} input channels")
    _check_bias(inputs, filters)
    rows, columns = window_axes(attrs, (spatial[0], spatial[1]), (kernel[0], kernel[1]))
    return (batch, rows.output, columns.output, filters)


def _depthwise_shape(attrs: DepthwiseConvAttrs, inputs: Sequence[Shape]) -> Shape:
    batch, *spatial, channels = of_rank(inputs[0], 4, "input")
    one, *kernel, outputs = of_rank(inputs[1], 4, "filter")
    if one != 1 or outputs != channels * attrs.depth_multiplier:
        raise ValueError(
            f"filter {inputs[1]} does not match {channels} input channels "
            f"and depth multiplier {attrs.depth_multiplier}"
        )
    _check_bias(inputs, outputs)
    rows, columns = window_axes(attrs, (spatial[0], spatial[1]), (kernel[0], kernel[1]))
    return (batch, rows.output, columns.output, outputs)


def _transpose_conv_shape(attrs: TransposeConvAttrs, inputs: Sequence[Shape]) -> Shape:
    batch, height, width, channels = of_rank(inputs[0], 4, "input")
    filters, *kernel, depth = of_rank(inputs[1], 4, "filter")
    if channels != depth:
        raise ValueError(f"a filter of shape {inputs[1]} does not match {channels} input channels")
    _check_bias(inputs, filters)
    rows, columns = window_axes(attrs, attrs.size, (kernel[0], kernel[1]))
    if (rows.output, columns.output) != (height, width):
        raise ValueError(
            f"a result of {attrs.size} comes from {rows.output} × {columns.output} values, "
            f"not {height} × {width}"
        )
    if attrs.shape != (batch, *attrs.size, filters):
        raise ValueError(f"a filter of shape {inputs[1]} does not give {attrs.shape}")
    return attrs.shape


def _fully_connected_shape(attrs: FullyConnectedAttrs, inputs: Sequence[Shape]) -> Shape:
    outputs, depth = of_rank(inputs[1], 2, "filter")
    _check_bias(inputs, outputs)
    size = math.prod(inputs[0])
    if attrs.keep_num_dims:
        if not inputs[0] or inputs[0][-1] != depth:
            raise ValueError(f"rows of {depth} do not match the last dimension of {inputs[0]}")
        return (*inputs[0][:-1], outputs)
    if size % depth:
        raise ValueError(f"{size} input values are not a multiple of the filter's {depth}")
    return (size // depth, outputs)


def _check_bias(inputs: Sequence[Shape], channels: int) -> None:
    if len(inputs) == 3 and inputs[2] != (channels,):
        raise ValueError(f"a bias of shape {inputs[2]} does not match {channels} outputs")


def _guard(axis: int) -> RangeGuard[A]:
    """For filters whose output channels are dimension `axis`."""

    def output(
        attrs: A, steps: Sequence[float], constants: Sequence[Values | None], bits: int
    ) -> float:
        levels = (1 << bits) - 1
        weight, bias = constants[1], constants[2] if len(constants) > 2 else None
        if weight is None:
            raise ValueError("the filter is computed, not constant")
        sums = _channel_sums(weight, bias, axis, steps[0] * levels)
        return float(sums.max(initial=0.0)) * GUARDS.least_range[bits] / levels

    return RangeGuard(
        "the largest sum a channel could reach, times its multiplier, stays inside int32; "
        "inside the 64 bits of the accumulator with int16 activations",
        output=output,
    )


def _channel_sums(
    weight: Values, bias: Values | None, axis: int, largest: float
) -> npt.NDArray[np.float64]:
    """By output channel, what products with inputs up to `largest`, and bias, can add up to."""
    others = tuple(i for i in range(weight.ndim) if i != axis)
    sums: npt.NDArray[np.float64] = np.abs(weight).sum(axis=others, dtype=np.float64) * largest
    return sums if bias is None else sums + np.abs(bias)


def _fits(axis: int) -> Callable[[QuantizedOp[A], RescaleParams], bool]:
    def fits(op: QuantizedOp[A], params: RescaleParams) -> bool:
        bits = op.output.bits
        bias = op.constant(2).astype(np.float64) if len(op.inputs) > 2 else None
        weight = op.constant(1).astype(np.float64)
        sums = _channel_sums(weight, bias, axis, largest_shifted(bits))
        if bits == 16:
            # The rescaled sum is cut to int32 before it is clamped.
            scaled = sums * params.multipliers * np.ldexp(1.0, params.shifts - 31)
            narrow = sums.max() < _INT16_SUMS and params.shifts.max() <= _INT16_SHIFT
            return bool(narrow and scaled.max() < 2.0**31)
        return bool((sums * np.ldexp(1.0, np.maximum(params.shifts, 0)) < 2.0**31).all())

    return fits


_CONV_FORM = IntegerForm(conv_params, integer.conv, _fits(0))
CONV_2D = Operator(
    name="CONV_2D",
    attrs=ConvAttrs,
    shape=_conv_shape,
    float_form=floating.conv,
    gradient=_TRAINED,
    scale=OutputScale(),
    guard=_guard(0),
    int8=_CONV_FORM,
    int16=_CONV_FORM,
    dynamic=dynamic.conv,
    filter_axis=0,
)
_DEPTHWISE_FORM = IntegerForm(depthwise_params, integer.depthwise_conv, _fits(3))
DEPTHWISE_CONV_2D = Operator(
    name="DEPTHWISE_CONV_2D",
    attrs=DepthwiseConvAttrs,
    shape=_depthwise_shape,
    float_form=floating.depthwise_conv,
    gradient=_TRAINED,
    scale=OutputScale(),
    guard=_guard(3),
    int8=_DEPTHWISE_FORM,
    int16=_DEPTHWISE_FORM,
    dynamic=dynamic.depthwise_conv,
    filter_axis=3,
)
_TRANSPOSE_CONV_FORM = IntegerForm(transpose_conv_params, integer.transpose_conv, _fits(0))
TRANSPOSE_CONV = Operator(
    name="TRANSPOSE_CONV",
    attrs=TransposeConvAttrs,
    shape=_transpose_conv_shape,
    float_form=floating.transpose_conv,
    gradient=_TRAINED,
    scale=OutputScale(),
    guard=_guard(0),
    int8=_TRANSPOSE_CONV_FORM,
    int16=_TRANSPOSE_CONV_FORM,
    dynamic=NO_DYNAMIC,
    filter_axis=0,
)
_FULLY_CONNECTED_FORM = IntegerForm(fully_connected_params, integer.fully_connected, _fits(0))
FULLY_CONNECTED = Operator(
    name="FULLY_CONNECTED",
    attrs=FullyConnectedAttrs,
    shape=_fully_connected_shape,
    float_form=floating.fully_connected,
    gradient=_TRAINED,
    scale=OutputScale(),
    guard=_guard(0),
    int8=_FULLY_CONNECTED_FORM,
    int16=_FULLY_CONNECTED_FORM,
    dynamic=dynamic.fully_connected,
    filter_axis=0,
)
