"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED as CMSIS-NN calls."""

from __future__ import annotations

import math

import numpy as np

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
from mcuq.numeric import pack_int4
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.weighted_params import ConvParams, DepthwiseConvParams, FullyConnectedParams
from mcuq.ops.window import NO_WINDOW
from mcuq.quantized.qgraph import QuantizedGraph


def lower_conv(qgraph: QuantizedGraph, op: Op, params: ConvParams) -> Call:
    """mcuq_convolve_wrapper_s8/_s4."""
    weight, result = qgraph.tensors[op.inputs[1]], qgraph.tensors[op.output]
    structure = Struct(
        "cmsis_nn_conv_params",
        (
            ("input_offset", params.input_offset),
            ("output_offset", params.output_offset),
            *window_fields(params.window),
            activation(params.activation_min, params.activation_max),
        ),
    )
    macs = result.size * math.prod(weight.shape[1:])
    quant = per_channel(params.multipliers, params.shifts)
    return _call(qgraph, op, "mcuq_convolve_wrapper", structure, quant, dims(weight.shape), macs)


def lower_depthwise(qgraph: QuantizedGraph, op: Op, params: DepthwiseConvParams) -> Call:
    """mcuq_depthwise_conv_wrapper_s8/_s4."""
    weight, result = qgraph.tensors[op.inputs[1]], qgraph.tensors[op.output]
    structure = Struct(
        "cmsis_nn_dw_conv_params",
        (
            ("input_offset", params.input_offset),
            ("output_offset", params.output_offset),
            ("ch_mult", params.depth_multiplier),
            *window_fields(params.window),
            activation(params.activation_min, params.activation_max),
        ),
    )
    macs = result.size * math.prod(weight.shape[1:3])
    quant = per_channel(params.multipliers, params.shifts)
    name = "mcuq_depthwise_conv_wrapper"
    return _call(qgraph, op, name, structure, quant, dims(weight.shape), macs)


def lower_fully_connected(qgraph: QuantizedGraph, op: Op, params: FullyConnectedParams) -> Call:
    """mcuq_fully_connected_s8/_s4, _per_channel_s8, or as a convolution, see `_pixels`."""
    weight = qgraph.tensors[op.inputs[1]]
    if params.per_channel and weight.bits < 8:
        return _pixels(qgraph, op, params)
    structure = Struct(
        "cmsis_nn_fc_params",
        (
            ("input_offset", params.input_offset),
            ("filter_offset", 0),
            ("output_offset", params.output_offset),
            activation(params.activation_min, params.activation_max),
        ),
    )
    outputs, depth = weight.shape
    name = "mcuq_fully_connected"
    if params.per_channel:
        name += "_per_channel"
        quant = per_channel(params.multipliers, params.shifts)
    else:
        quant = per_tensor(int(params.multipliers[0]), int(params.shifts[0]))
    rows = qgraph.tensors[op.inputs[0]].size // depth
    # CMSIS-NN's dense filter: n is the accumulation depth, c the number of outputs.
    filter_dims = dims((depth, 1, 1, outputs))
    shapes = (dims((rows, 1, 1, depth)), dims((rows, 1, 1, outputs)))
    return _call(qgraph, op, name, structure, quant, filter_dims, rows * outputs * depth, shapes)


def _pixels(qgraph: QuantizedGraph, op: Op, params: FullyConnectedParams) -> Call:
    """mcuq_convolve_wrapper_s4: CMSIS-NN has no dense layer of int4 with a scale a row. Rows are
    the pixels of one line."""
    outputs, depth = qgraph.tensors[op.inputs[1]].shape
    rows = qgraph.tensors[op.inputs[0]].size // depth
    structure = Struct(
        "cmsis_nn_conv_params",
        (
            ("input_offset", params.input_offset),
            ("output_offset", params.output_offset),
            *window_fields(NO_WINDOW),
            activation(params.activation_min, params.activation_max),
        ),
    )
    quant = per_channel(params.multipliers, params.shifts)
    shapes = (dims((1, 1, rows, depth)), dims((1, 1, rows, outputs)))
    filters, macs = dims((outputs, 1, 1, depth)), rows * outputs * depth
    return _call(qgraph, op, "mcuq_convolve_wrapper", structure, quant, filters, macs, shapes)


def _call(
    qgraph: QuantizedGraph,
    op: Op,
    name: str,
    params: Struct,
    quant: Struct,
    filter_dims: Struct,
    macs: int,
    shapes: tuple[Struct, Struct] | None = None,
) -> Call:
    """The argument order that all weighted CMSIS-NN functions share."""
    source, weight = (qgraph.tensors[name] for name in op.inputs[:2])
    result = qgraph.tensors[op.output]
    input_dims, output_dims = shapes or (dims(source.shape), dims(result.shape))
    bias: Argument = None
    if len(op.inputs) > 2:
        data = qgraph.tensors[op.inputs[2]].data
        assert data is not None
        bias = Array("bias", data)
    arguments = (
        context(0),
        params,
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
    # CMSIS-NN has nothing narrower than int4, which holds the same values.
    function = f"{name}_s{max(weight.bits, 4)}"
    return Call(op, function, arguments, macs=macs, weight_bits=weight.bits)


def filter_array(weight: QuantizedTensor) -> Array:
    """The filter as stored in flash: int8 in order, or int4 (narrower ones too) two a byte."""
    assert weight.data is not None
    values = weight.data.astype(np.int8)
    return Array("weights", pack_int4(values).view(np.int8) if weight.bits < 8 else values)
