"""Weighted operators as calls of mcuq's own kernels: weights re-ordered, zero points folded."""

from __future__ import annotations

import math
from functools import partial
from typing import cast

from mcuq.graph import Op
from mcuq.lower import slow
from mcuq.lower.expansion import may_expand
from mcuq.lower.lanes import MOST_TAPS, lane_scratch, pack_depthwise_lanes, pack_lanes
from mcuq.lower.options import LowerOptions
from mcuq.lower.overlap import (
    conv_overlap,
    depthwise_overlap,
    pointwise_overlap,
)
from mcuq.lower.packed_call import (
    half,
    output_fields,
    packed_call,
    window_shape,
    window_struct,
    with_overlap,
)
from mcuq.lower.packing import (
    GROUP,
    PackedLayer,
    UnpackableError,
    can_expand,
    column_scratch,
    depthwise_scratch,
    pack_convolution,
    pack_dense,
    pack_depthwise,
    padded_depth,
)
from mcuq.lower.program import (
    Call,
    DirectionRef,
    Struct,
)
from mcuq.lower.reach import Reach, filter_of, requantization_of
from mcuq.lower.rest import with_rest
from mcuq.lower.settings import LOWERING
from mcuq.lower.slow import slowed
from mcuq.lower.sub_byte import two_bit_words
from mcuq.lower.weighted import lower_conv, lower_depthwise, lower_fully_connected
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.numeric.widths import TERNARY
from mcuq.ops.weighted_params import (
    ConvParams,
    DepthwiseConvParams,
    FullyConnectedParams,
    RescaleParams,
)
from mcuq.quantized.qgraph import QuantizedGraph


def fast_conv(
    qgraph: QuantizedGraph, op: Op, params: ConvParams, known: Reach, options: LowerOptions
) -> Call:
    """mcuq_pointwise_* for 1×1 with stride 1, else mcuq_conv_*; the CMSIS-NN form for grouped
    convolutions and where most channels' sums exceed the packed form."""
    source, weight = (qgraph.tensors[name] for name in op.inputs[:2])
    if source.shape[3] != weight.shape[3]:
        return slowed(lower_conv(qgraph, op, params), slow.GROUPED)
    if source.shape[0] != 1 and not _is_pointwise(weight, params):
        return slowed(lower_conv(qgraph, op, params), slow.IMAGES)
    requantization = requantization_of(qgraph, op, known)
    try:
        values, dilation_x = filter_of(qgraph, op), params.window.dilation[1]
        if options.lanes:
            packed = pack_lanes(values, weight.bits, requantization)
        else:
            packed = pack_convolution(values, weight.bits, requantization, dilation_x=dilation_x)
        call = _conv(qgraph, op, packed, params, options)
    except UnpackableError as error:
        return slowed(lower_conv(qgraph, op, params), str(error))
    return with_rest(qgraph, call, params, requantization, packed.rest)


def _conv(
    qgraph: QuantizedGraph,
    op: Op,
    packed: PackedLayer,
    params: ConvParams,
    options: LowerOptions,
) -> Call:
    source, weight = (qgraph.tensors[name] for name in op.inputs[:2])
    macs = qgraph.tensors[op.output].size * math.prod(weight.shape[1:])
    if _is_pointwise(weight, params):
        rows = math.prod(source.shape[:3])
        return _pointwise(qgraph, op, packed, params, (rows, source.shape[3]), macs, options)
    if options.lanes:
        elements = math.prod(weight.shape[1:])
        scratch = lane_scratch(weight.shape[0], elements, weight.bits, columns=2)
    else:
        depth = padded_depth(
            cast(tuple[int, int], weight.shape[1:3]), source.shape[3], params.window.dilation[1]
        )
        scratch = column_scratch(depth) + _unpacked(weight, weight.shape[0], depth)
    structure = window_struct(qgraph, op, params)
    call = packed_call(qgraph, op, _form("mcuq_conv", options), structure, packed, macs, scratch)
    return with_overlap(call, conv_overlap(window_shape(qgraph, op, params)))


def _is_pointwise(weight: QuantizedTensor, params: ConvParams) -> bool:
    return weight.shape[1:3] == (1, 1) and params.window.stride == (1, 1)


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
    taps = height * width
    is_narrow = can_expand(taps, channels) and channels <= LOWERING.narrow_depthwise
    by_lanes = options.lanes and taps <= MOST_TAPS and not is_narrow
    try:
        pack = pack_depthwise_lanes if by_lanes else pack_depthwise
        packed = pack(filter_of(qgraph, op), weight.bits, requantization)
        structure = window_struct(qgraph, op, params, "mcuq_depthwise")
    except UnpackableError as error:
        return slowed(lower_depthwise(qgraph, op, params), str(error))
    scratch = partial(
        depthwise_scratch, taps, channels, weight.bits, address_bytes=options.address_bytes
    )
    expanded = not by_lanes and may_expand(qgraph, op, options)
    form = "_expanded" if expanded else "_lanes" if by_lanes else ""
    macs = qgraph.tensors[op.output].size * taps
    scratch_bytes = scratch(expanded=expanded)
    call = packed_call(qgraph, op, f"mcuq_depthwise{form}", structure, packed, macs, scratch_bytes)
    shared = with_overlap(call, depthwise_overlap(window_shape(qgraph, op, params)))
    return with_rest(qgraph, shared, params, requantization, packed.rest)


def fast_fully_connected(
    qgraph: QuantizedGraph,
    op: Op,
    params: FullyConnectedParams,
    known: Reach,
    options: LowerOptions,
) -> Call:
    """mcuq_dense_* for one row, mcuq_pointwise_* for several; the CMSIS-NN form where most
    channels' sums exceed the packed form."""
    weight = qgraph.tensors[op.inputs[1]]
    requantization = requantization_of(qgraph, op, known)
    try:
        pack = pack_lanes if options.lanes else pack_dense
        packed = pack(filter_of(qgraph, op), weight.bits, requantization)
        call = _dense(qgraph, op, packed, params, options)
    except UnpackableError as error:
        return slowed(lower_fully_connected(qgraph, op, params), str(error))
    return with_rest(qgraph, call, params, requantization, packed.rest)


def _dense(
    qgraph: QuantizedGraph,
    op: Op,
    packed: PackedLayer,
    params: FullyConnectedParams,
    options: LowerOptions,
) -> Call:
    weight = qgraph.tensors[op.inputs[1]]
    outputs, depth = weight.shape
    rows = qgraph.tensors[op.inputs[0]].size // depth
    macs = rows * outputs * depth
    if rows > 1:
        return _pointwise(qgraph, op, packed, params, (rows, depth), macs, options)
    structure = Struct(
        "mcuq_dense", (("depth", depth), ("outputs", half(outputs)), *output_fields(params))
    )
    if options.lanes:
        columns = 1 if depth % GROUP else 0
        scratch: int | None = lane_scratch(outputs, depth, weight.bits, columns=columns)
    else:
        scratch = None
    return packed_call(qgraph, op, _form("mcuq_dense", options), structure, packed, macs, scratch)


def _form(name: str, options: LowerOptions) -> str:
    return f"{name}_lanes" if options.lanes else name


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
    options: LowerOptions,
) -> Call:
    """`rows` is (number of rows, values a row)."""
    outputs = qgraph.tensors[op.inputs[1]].shape[0]
    structure = Struct(
        "mcuq_pointwise",
        (
            ("pixels", rows[0]),
            ("input_channels", half(rows[1])),
            ("output_channels", half(outputs)),
            *output_fields(params),
            ("direction", DirectionRef()),
        ),
    )
    weight = qgraph.tensors[op.inputs[1]]
    if options.lanes:
        scratch = lane_scratch(outputs, rows[1], weight.bits, columns=2)
    else:
        scratch = column_scratch(rows[1]) + _unpacked(weight, outputs, rows[1])
    call = packed_call(
        qgraph, op, _form("mcuq_pointwise", options), structure, packed, macs, scratch
    )
    return with_overlap(call, pointwise_overlap(*rows, outputs))
