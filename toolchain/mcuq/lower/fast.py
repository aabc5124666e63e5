"""Weighted operators as calls of mcuq's own kernels: weights re-ordered, zero points folded."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import cast

import numpy as np

from mcuq.graph import Op
from mcuq.lower import slow
from mcuq.lower.expansion import may_expand
from mcuq.lower.options import LowerOptions
from mcuq.lower.overlap import (
    BufferOverlap,
    Pair,
    Shape,
    WindowShape,
    conv_overlap,
    depthwise_overlap,
    pointwise_overlap,
)
from mcuq.lower.packing import (
    PackedLayer,
    UnpackableError,
    column_scratch,
    depthwise_scratch,
    pack_convolution,
    pack_dense,
    pack_depthwise,
    padded_depth,
)
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
from mcuq.lower.reach import Reach, filter_of, requantization_of
from mcuq.lower.rest import with_rest
from mcuq.lower.slow import slowed
from mcuq.lower.sub_byte import two_bit_words
from mcuq.lower.weighted import lower_conv, lower_depthwise, lower_fully_connected
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.numeric.widths import TERNARY, width
from mcuq.ops.weighted_params import (
    ConvParams,
    DepthwiseConvParams,
    FullyConnectedParams,
    RescaleParams,
)
from mcuq.quantized.qgraph import QuantizedGraph


def fast_conv(qgraph: QuantizedGraph, op: Op, params: ConvParams, known: Reach) -> Call:
    """mcuq_pointwise_* for 1×1 with stride 1, else mcuq_conv_*; the CMSIS-NN form for grouped
    convolutions and where most channels' sums exceed the packed form."""
    source, weight = (qgraph.tensors[name] for name in op.inputs[:2])
    if source.shape[3] != weight.shape[3]:
        return slowed(lower_conv(qgraph, op, params), slow.GROUPED)
    if source.shape[0] != 1 and not _is_pointwise(weight, params):
        return slowed(lower_conv(qgraph, op, params), slow.IMAGES)
    requantization = requantization_of(qgraph, op, known)
    try:
        packed = pack_convolution(
            filter_of(qgraph, op), weight.bits, requantization, dilation_x=params.window.dilation[1]
        )
        call = _conv(qgraph, op, packed, params)
    except UnpackableError as error:
        return slowed(lower_conv(qgraph, op, params), str(error))
    return with_rest(qgraph, call, params, requantization, packed.rest)


def _conv(qgraph: QuantizedGraph, op: Op, packed: PackedLayer, params: ConvParams) -> Call:
    source, weight = (qgraph.tensors[name] for name in op.inputs[:2])
    macs = qgraph.tensors[op.output].size * math.prod(weight.shape[1:])
    if _is_pointwise(weight, params):
        rows = math.prod(source.shape[:3])
        return _pointwise(qgraph, op, packed, params, (rows, source.shape[3]), macs)
    depth = padded_depth(
        cast(tuple[int, int], weight.shape[1:3]), source.shape[3], params.window.dilation[1]
    )
    scratch = column_scratch(depth) + _unpacked(weight, weight.shape[0], depth)
    structure = _window_struct(qgraph, op, params)
    call = _call(qgraph, op, "mcuq_conv", structure, packed, macs, scratch)
    return _overlap(call, conv_overlap(_window_shape(qgraph, op, params)))


def _is_pointwise(weight: QuantizedTensor, params: ConvParams) -> bool:
    return weight.shape[1:3] == (1, 1) and params.window.stride == (1, 1)


def _window_shape(qgraph: QuantizedGraph, op: Op, params: ConvParams) -> WindowShape:
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


def _overlap(call: Call, overlap: BufferOverlap) -> Call:
    """The call with the overlap that its kernel allows."""
    source = call.op.inputs[0]
    return replace(call, overlaps=(InputOverlap(source, overlap.ascending, overlap.descending),))


def fast_depthwise(
    qgraph: QuantizedGraph, op: Op, params: DepthwiseConvParams, known: Reach, options: LowerOptions
) -> Call:
    """mcuq_depthwise_*, expanded where the arena does not grow; the CMSIS-NN form for depth
    multipliers above one and where most channels' sums exceed the packed form."""
    weight = qgraph.tensors[op.inputs[1]]
    _, height, width, channels = weight.shape
    if params.depth_multiplier != 1:
        return slowed(lower_depthwise(qgraph, op, params), slow.MULTIPLIER)
    if qgraph.tensors[op.inputs[0]].shape[0] != 1:
        return slowed(lower_depthwise(qgraph, op, params), slow.IMAGES)
    requantization = requantization_of(qgraph, op, known)
    try:
        packed = pack_depthwise(filter_of(qgraph, op), weight.bits, requantization)
        structure = _window_struct(qgraph, op, params, "mcuq_depthwise")
    except UnpackableError as error:
        return slowed(lower_depthwise(qgraph, op, params), str(error))
    taps = height * width
    scratch = partial(
        depthwise_scratch, taps, channels, weight.bits, address_bytes=options.address_bytes
    )
    expanded = weight.bits >= 4 and may_expand(qgraph, op, options)
    name = "mcuq_depthwise_expanded" if expanded else "mcuq_depthwise"
    macs = qgraph.tensors[op.output].size * taps
    call = _call(qgraph, op, name, structure, packed, macs, scratch(expanded=expanded))
    shared = _overlap(call, depthwise_overlap(_window_shape(qgraph, op, params)))
    return with_rest(qgraph, shared, params, requantization, packed.rest)


def fast_fully_connected(
    qgraph: QuantizedGraph, op: Op, params: FullyConnectedParams, known: Reach
) -> Call:
    """mcuq_dense_* for one row, mcuq_pointwise_* for several; the CMSIS-NN form where most
    channels' sums exceed the packed form."""
    weight = qgraph.tensors[op.inputs[1]]
    requantization = requantization_of(qgraph, op, known)
    try:
        packed = pack_dense(filter_of(qgraph, op), weight.bits, requantization)
        call = _dense(qgraph, op, packed, params)
    except UnpackableError as error:
        return slowed(lower_fully_connected(qgraph, op, params), str(error))
    return with_rest(qgraph, call, params, requantization, packed.rest)


def _dense(
    qgraph: QuantizedGraph, op: Op, packed: PackedLayer, params: FullyConnectedParams
) -> Call:
    weight = qgraph.tensors[op.inputs[1]]
    outputs, depth = weight.shape
    rows = qgraph.tensors[op.inputs[0]].size // depth
    macs = rows * outputs * depth
    if rows > 1:
        return _pointwise(qgraph, op, packed, params, (rows, depth), macs)
    structure = Struct(
        "mcuq_dense", (("depth", depth), ("outputs", _half(outputs)), *_clamp(params))
    )
    scratch = _unpacked(weight, outputs, depth) or None
    return _call(qgraph, op, "mcuq_dense", structure, packed, macs, scratch)


def _unpacked(weight: QuantizedTensor, outputs: int, depth: int) -> int:
    """Scratch bytes of ternary weights while they are used; both extents go up to fours."""
    if weight.bits != TERNARY:
        return 0
    return 4 * two_bit_words(-(-outputs // 4) * 4 * (-(-depth // 4) * 4))


def _pointwise(
    qgraph: QuantizedGraph,
    op: Op,
    packed: PackedLayer,
    params: RescaleParams,
    rows: tuple[int, int],
    macs: int,
) -> Call:
    """`rows` is (number of rows, values a row)."""
    outputs = qgraph.tensors[op.inputs[1]].shape[0]
    structure = Struct(
        "mcuq_pointwise",
        (
            ("pixels", rows[0]),
            ("input_channels", _half(rows[1])),
            ("output_channels", _half(outputs)),
            *_clamp(params),
            ("direction", DirectionRef()),
        ),
    )
    weight = qgraph.tensors[op.inputs[1]]
    scratch = column_scratch(rows[1]) + _unpacked(weight, outputs, rows[1])
    call = _call(qgraph, op, "mcuq_pointwise", structure, packed, macs, scratch)
    return _overlap(call, pointwise_overlap(*rows, outputs))


def _window_struct(
    qgraph: QuantizedGraph, op: Op, params: ConvParams, ctype: str = "mcuq_conv"
) -> Struct:
    """`mcuq_conv`, or `mcuq_depthwise`, whose channels in and out are one field.

    Raises:
        UnpackableError: an extent does not fit its field.
    """
    source, weight, result = (qgraph.tensors[name].shape for name in (*op.inputs[:2], op.output))
    depthwise = ctype == "mcuq_depthwise"
    channels = (
        ((), (("channels", _half(source[3])),))
        if depthwise
        else ((("input_channels", _half(source[3])),), (("output_channels", _half(result[3])),))
    )
    window = params.window
    fields: tuple[tuple[str, Field], ...] = (
        ("input_height", _half(source[1])),
        ("input_width", _half(source[2])),
        *channels[0],
        ("output_height", _half(result[1])),
        ("output_width", _half(result[2])),
        *channels[1],
        ("kernel_height", _half(weight[1])),
        ("kernel_width", _half(weight[2])),
        ("stride_y", _half(window.stride[0])),
        ("stride_x", _half(window.stride[1])),
        ("dilation_y", _half(window.dilation[0])),
        ("dilation_x", _half(window.dilation[1])),
        ("pad_top", _half(window.padding[0])),
        ("pad_left", _half(window.padding[1])),
        ("input_zero_point", SmallInteger(-params.input_offset, 1)),
        *_clamp(params),
        ("direction", DirectionRef()),
    )
    return Struct(ctype, fields)


def _clamp(params: RescaleParams) -> tuple[tuple[str, Field], ...]:
    return (
        ("activation_min", SmallInteger(params.activation_min, 1)),
        ("activation_max", SmallInteger(params.activation_max, 1)),
    )


def _half(extent: int) -> SmallInteger:
    """A field of 16 bits; what does not fit is left to the CMSIS-NN form."""
    if not 0 <= extent <= np.iinfo(np.uint16).max:
        raise UnpackableError(slow.EXTENT)
    return SmallInteger(extent, 2)


def _call(
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
