"""What the calls of mcuq's own weighted kernels are made of: structures, arrays, overlaps."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from mcuq.graph import Op
from mcuq.lower import slow
from mcuq.lower.overlap import BufferOverlap, Pair, Shape, WindowShape
from mcuq.lower.packing import PackedLayer, UnpackableError
from mcuq.lower.program import (
    Argument,
    Array,
    Call,
    DirectionRef,
    Field,
    InputOverlap,
    ScratchRef,
    SmallInteger,
    Struct,
    TensorRef,
    operand,
)
from mcuq.numeric.widths import width
from mcuq.ops.weighted_params import ConvParams, RescaleParams
from mcuq.quantized.qgraph import QuantizedGraph


def window_shape(qgraph: QuantizedGraph, op: Op, params: ConvParams) -> WindowShape:
    source, weight, result = (qgraph.tensors[name].shape for name in (*op.inputs[:2], op.output))
    window = params.window
    return WindowShape(
        cast(Shape, source[1:]),
        cast(Shape, result[1:]),
        cast(Pair, weight[1:3]),
        window.stride,
        window.dilation,
        window.padding,
    )


def with_overlap(call: Call, overlap: BufferOverlap) -> Call:
    """The call with the overlap that its kernel allows."""
    source = call.op.inputs[0]
    return replace(call, overlaps=(InputOverlap(source, overlap.ascending, overlap.descending),))


def window_struct(
    qgraph: QuantizedGraph, op: Op, params: ConvParams, ctype: str = "mcuq_conv"
) -> Struct:
    """`mcuq_conv`, or `mcuq_depthwise`, whose channels in and out are one field.

    Raises:
        UnpackableError: an extent does not fit its field.
    """
    source, weight, result = (qgraph.tensors[name].shape for name in (*op.inputs[:2], op.output))
    depthwise = ctype == "mcuq_depthwise"
    channels = (
        ((), (("channels", half(source[3])),))
        if depthwise
        else ((("input_channels", half(source[3])),), (("output_channels", half(result[3])),))
    )
    window = params.window
    fields: tuple[tuple[str, Field], ...] = (
        ("input_height", half(source[1])),
        ("input_width", half(source[2])),
        *channels[0],
        ("output_height", half(result[1])),
        ("output_width", half(result[2])),
        *channels[1],
        ("kernel_height", half(weight[1])),
        ("kernel_width", half(weight[2])),
        ("stride_y", half(window.stride[0])),
        ("stride_x", half(window.stride[1])),
        ("dilation_y", half(window.dilation[0])),
        ("dilation_x", half(window.dilation[1])),
        ("pad_top", half(window.padding[0])),
        ("pad_left", half(window.padding[1])),
        ("input_zero_point", SmallInteger(-params.input_offset, 1)),
        *output_fields(params),
        ("direction", DirectionRef()),
    )
    return Struct(ctype, fields)


def output_fields(params: RescaleParams) -> tuple[tuple[str, Field], ...]:
    return (
        ("output_zero_point", SmallInteger(params.output_offset, 1)),
        ("activation_min", SmallInteger(params.activation_min, 1)),
        ("activation_max", SmallInteger(params.activation_max, 1)),
    )


def half(extent: int) -> SmallInteger:
    """A field of 16 bits; what does not fit is left to the CMSIS-NN form."""
    if not 0 <= extent <= np.iinfo(np.uint16).max:
        raise UnpackableError(slow.EXTENT)
    return SmallInteger(extent, 2)


def packed_call(
    qgraph: QuantizedGraph,
    op: Op,
    name: str,
    structure: Struct,
    packed: PackedLayer,
    macs: int,
    scratch_bytes: int | None,
) -> Call:
    """`scratch_bytes` None: the function takes no scratch."""
    bits = qgraph.tensors[op.inputs[1]].bits
    arguments: tuple[Argument, ...] = (
        structure,
        Array("weights", packed.weights),
        Array("channels", packed.channels, opaque=True),
        operand(qgraph.tensors[op.inputs[0]]),
        TensorRef(op.output),
    )
    if scratch_bytes is not None:
        arguments = (*arguments, ScratchRef())
    return Call(
        op,
        f"{name}_{width(bits).suffix}",
        arguments,
        scratch_bytes=scratch_bytes or 0,
        macs=macs,
        weight_bits=bits,
    )
