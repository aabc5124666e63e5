"""Operators with int16 activations whose calls differ from the int8 ones in more than a suffix."""

from __future__ import annotations

import math

from mcuq.graph import Op
from mcuq.lower.cmsis_structs import (
    activation,
    context,
    dims,
    per_channel,
    per_tensor,
    window_fields,
)
from mcuq.lower.program import Argument, Array, Call, Struct, TensorRef, operand
from mcuq.lower.weighted import filter_array
from mcuq.ops.operator import Shape
from mcuq.ops.weighted_params import (
    ConvParams,
    DepthwiseConvParams,
    FullyConnectedParams,
    RescaleParams,
)
from mcuq.ops.window import NO_WINDOW, WindowParams
from mcuq.quantized.qgraph import QuantizedGraph

Parts = tuple[Struct, Struct, Struct, Argument]
"""Parameters, quantization, filter dimensions, bias."""


def int16_conv(qgraph: QuantizedGraph, op: Op, params: ConvParams) -> Call:
    """mcuq_convolve_wrapper_s16, or mcuq_convolve_s16_s4."""
    weight, result = qgraph.tensors[op.inputs[1]], qgraph.tensors[op.output]
    function = "mcuq_convolve_wrapper_s16" if weight.bits == 8 else "mcuq_convolve_s16_s4"
    macs = result.size * math.prod(weight.shape[1:])
    parts = _convolution(qgraph, op, params, params.window, weight.shape)
    return _call(qgraph, op, function, parts, macs)


def _convolution(
    qgraph: QuantizedGraph, op: Op, params: RescaleParams, window: WindowParams, shape: Shape
) -> Parts:
    """`shape` is the filter's."""
    fields = (("input_offset", 0), ("output_offset", 0), *window_fields(window))
    clamp = activation(params.activation_min, params.activation_max)
    bias = _bias(qgraph, op)
    pointer = (
        None
        if bias is None
        else Struct("cmsis_nn_bias_data", (("data", bias), ("is_int32_bias", 0)))
    )
    structure = Struct("cmsis_nn_conv_params", (*fields, clamp))
    return structure, per_channel(params.multipliers, params.shifts), dims(shape), pointer


def int16_depthwise(qgraph: QuantizedGraph, op: Op, params: DepthwiseConvParams) -> Call:
    """mcuq_depthwise_conv_wrapper_s16, or mcuq_depthwise_conv_s16_s4."""
    weight, result = qgraph.tensors[op.inputs[1]], qgraph.tensors[op.output]
    fields = (
        ("input_offset", 0),
        ("output_offset", 0),
        ("ch_mult", params.depth_multiplier),
        *window_fields(params.window),
    )
    clamp = activation(params.activation_min, params.activation_max)
    structure = Struct("cmsis_nn_dw_conv_params", (*fields, clamp))
    quant = per_channel(params.multipliers, params.shifts)
    int8 = weight.bits == 8
    function = "mcuq_depthwise_conv_wrapper_s16" if int8 else "mcuq_depthwise_conv_s16_s4"
    macs = result.size * math.prod(weight.shape[1:3])
    parts = (structure, quant, dims(weight.shape), _bias(qgraph, op))
    return _call(qgraph, op, function, parts, macs)


def int16_fully_connected(qgraph: QuantizedGraph, op: Op, params: FullyConnectedParams) -> Call:
    """mcuq_fully_connected_s16, or mcuq's forms for int4 and for a scale a row; for both
    mcuq_convolve_s16_s4, of which rows are the pixels of one line."""
    weight = qgraph.tensors[op.inputs[1]]
    outputs, depth = weight.shape
    rows = qgraph.tensors[op.inputs[0]].size // depth
    macs = rows * outputs * depth
    if params.per_channel and weight.bits < 8:
        parts = _convolution(qgraph, op, params, NO_WINDOW, (outputs, 1, 1, depth))
        shapes = (dims((1, 1, rows, depth)), dims((1, 1, rows, outputs)))
        return _call(qgraph, op, "mcuq_convolve_s16_s4", parts, macs, shapes)
    clamp = activation(params.activation_min, params.activation_max)
    offsets = (("input_offset", 0), ("filter_offset", 0), ("output_offset", 0))
    structure = Struct("cmsis_nn_fc_params", (*offsets, clamp))
    if params.per_channel:
        function = "mcuq_fully_connected_per_channel_s16"
        quant = per_channel(params.multipliers, params.shifts)
    else:
        int8 = weight.bits == 8
        function = "mcuq_fully_connected_s16" if int8 else "mcuq_fully_connected_s16_s4"
        quant = per_tensor(int(params.multipliers[0]), int(params.shifts[0]))
    # CMSIS-NN's dense filter: n is the accumulation depth, c the number of outputs.
    parts = (structure, quant, dims((depth, 1, 1, outputs)), _bias(qgraph, op))
    shapes = (dims((rows, 1, 1, depth)), dims((rows, 1, 1, outputs)))
    return _call(qgraph, op, function, parts, macs, shapes)


def _bias(qgraph: QuantizedGraph, op: Op) -> Array | None:
    if len(op.inputs) < 3:
        return None
    data = qgraph.tensors[op.inputs[2]].data
    assert data is not None
    return Array("bias", data)


def _call(
    qgraph: QuantizedGraph,
    op: Op,
    function: str,
    parts: Parts,
    macs: int,
    shapes: tuple[Struct, Struct] | None = None,
) -> Call:
    """The argument order of the weighted functions."""
    structure, quant, filter_dims, bias = parts
    source, weight = (qgraph.tensors[name] for name in op.inputs[:2])
    result = qgraph.tensors[op.output]
    input_dims, output_dims = shapes or (dims(source.shape), dims(result.shape))
    arguments = (
        context(0),
        structure,
        quant,
        input_dims,
        operand(source),
        filter_dims,
        filter_array(weight),
        dims((result.shape[-1],)),
        bias,
        output_dims,
        TensorRef(result.name),
    )
    return Call(op, function, arguments, macs=macs, weight_bits=weight.bits)
