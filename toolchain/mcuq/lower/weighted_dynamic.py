"""Operators on float32 activations, quantized at run time (dynamic range)."""

from __future__ import annotations

import math

import numpy as np

from mcuq.graph import Op
from mcuq.lower.floats import Fields, clamp_fields
from mcuq.lower.program import (
    Array,
    Call,
    ScratchRef,
    Struct,
    TensorRef,
    operand,
)
from mcuq.lower.weighted import filter_array
from mcuq.numeric.activation import Activation
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs, FullyConnectedAttrs
from mcuq.ops.window import window_params
from mcuq.quantized.qgraph import QuantizedGraph


def dynamic_conv(qgraph: QuantizedGraph, op: Op, attrs: ConvAttrs | DepthwiseConvAttrs) -> Call:
    """mcuq_conv_dynamic, mcuq_depthwise_dynamic."""
    source, weight = (qgraph.tensors[name] for name in op.inputs[:2])
    result = qgraph.tensors[op.output]
    window = window_params(attrs, source.shape, (weight.shape[1], weight.shape[2]))
    depthwise = isinstance(attrs, DepthwiseConvAttrs)
    depth = attrs.depth_multiplier if isinstance(attrs, DepthwiseConvAttrs) else weight.shape[3]
    fields: Fields = (
        ("input_height", source.shape[1]),
        ("input_width", source.shape[2]),
        ("input_channels", source.shape[3]),
        ("output_height", result.shape[1]),
        ("output_width", result.shape[2]),
        ("output_channels", result.shape[3]),
        ("kernel_height", weight.shape[1]),
        ("kernel_width", weight.shape[2]),
        ("depth", depth),
        ("stride_y", window.stride[0]),
        ("stride_x", window.stride[1]),
        ("dilation_y", window.dilation[0]),
        ("dilation_x", window.dilation[1]),
        ("pad_top", window.padding[0]),
        ("pad_left", window.padding[1]),
        *_scales(qgraph, op, attrs.activation, result.shape[3]),
    )
    taps = weight.shape[1:3] if depthwise else weight.shape[1:]
    name = "mcuq_depthwise_dynamic" if depthwise else "mcuq_conv_dynamic"
    return _weighted(qgraph, op, name, Struct("mcuq_dynamic_conv", fields), math.prod(taps))


def dynamic_dense(qgraph: QuantizedGraph, op: Op, attrs: FullyConnectedAttrs) -> Call:
    """mcuq_dense_dynamic."""
    outputs, depth = qgraph.tensors[op.inputs[1]].shape
    rows = qgraph.tensors[op.inputs[0]].size // depth
    activation = attrs.activation
    fields: Fields = (
        ("rows", rows),
        ("depth", depth),
        ("outputs", outputs),
        *_scales(qgraph, op, activation, outputs),
    )
    structure = Struct("mcuq_dynamic_dense", fields)
    return _weighted(qgraph, op, "mcuq_dense_dynamic", structure, depth)


def _weighted(qgraph: QuantizedGraph, op: Op, name: str, params: Struct, depth: int) -> Call:
    """`depth`: products an output value; the scratch holds the whole input as int8."""
    source, weight = (qgraph.tensors[n] for n in op.inputs[:2])
    arguments = (
        params,
        filter_array(weight),
        operand(source),
        TensorRef(op.output),
        ScratchRef(),
    )
    macs = qgraph.tensors[op.output].size * depth
    return Call(op, name, arguments, source.size, macs=macs, weight_bits=weight.bits)


def _scales(qgraph: QuantizedGraph, op: Op, activation: Activation, outputs: int) -> Fields:
    weight = qgraph.tensors[op.inputs[1]]
    bias = qgraph.tensors[op.inputs[2]].data if len(op.inputs) > 2 else None
    values = np.zeros(outputs, np.float32) if bias is None else bias.astype(np.float32)
    return (
        ("scale_step", int(weight.scale.size > 1)),
        ("is_int4", int(weight.bits == 4)),
        *clamp_fields(activation),
        ("scales", Array("scales", weight.scale.astype(np.float32))),
        ("bias", Array("bias", values)),
    )
