"""AVERAGE_POOL_2D, MAX_POOL_2D, MEAN, SUM, REDUCE_MIN and REDUCE_ALL as C calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from mcuq.graph import Op
from mcuq.lower.cmsis_structs import activation, context, dims, tile
from mcuq.lower.floats import Fields, clamp_fields
from mcuq.lower.form import (
    CForms,
    for_float32,
    int8_only,
    same,
)
from mcuq.lower.layout import dense_strides, suffixed, to_rank
from mcuq.lower.overlap import Shape, WindowShape, depthwise_overlap
from mcuq.lower.program import (
    Call,
    InputOverlap,
    Struct,
    TensorRef,
    operand,
)
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.logic import REDUCE_ALL
from mcuq.ops.mean import MEAN, SUM, MeanParams
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, PoolAttrs, PoolParams
from mcuq.ops.reduce_min import REDUCE_MIN, ReduceParams
from mcuq.ops.window import window_params
from mcuq.quantized.qgraph import QuantizedGraph

Extent = tuple[str, tuple[int, ...]]
Dimensions = list[tuple[int, int]]
"""(size, stride) of each."""


def lower_pool(qgraph: QuantizedGraph, op: Op, params: PoolParams) -> Call:
    """mcuq_avgpool_s8 or mcuq_max_pool_s8."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    structure = Struct(
        "cmsis_nn_pool_params",
        (
            ("stride", tile(params.window.stride)),
            ("padding", tile(params.window.padding)),
            activation(params.activation_min, params.activation_max),
        ),
    )
    arguments = (
        context(0),
        structure,
        dims(source.shape),
        operand(source),
        dims((1, *params.filter, 1)),
        dims(result.shape),
        TensorRef(result.name),
    )
    name = "mcuq_avgpool" if op.kind is AVERAGE_POOL_2D else "mcuq_max_pool"
    overlap = InputOverlap(source.name, ascending=_shared_bytes(source, result, params))
    return Call(op, suffixed(name, result), arguments, overlaps=(overlap,))


def _shared_bytes(source: QuantizedTensor, result: QuantizedTensor, params: PoolParams) -> int:
    """What the output may take of its input: pixels upwards, a pixel's channels in turn."""
    window = params.window
    shapes = (cast(Shape, source.shape[1:]), cast(Shape, result.shape[1:]))
    shape = WindowShape(*shapes, params.filter, window.stride, window.dilation, window.padding)
    return depthwise_overlap(shape).ascending * result.nbytes // result.size


def lower_mean(qgraph: QuantizedGraph, op: Op, params: MeanParams) -> Call:
    """mcuq_mean_columns_s8 where it is all pixels' mean of each channel, else mcuq_mean_s8."""
    source = qgraph.tensors[op.inputs[0]]
    scaling: tuple[tuple[str, int], ...] = (
        ("sum_offset", params.input_offset * params.count),
        ("multiplier", params.multiplier),
        ("shift", params.shift),
        ("output_offset", params.output_offset),
    )
    columns = _columns(source, params.axes) if source.bits == 8 else None
    if columns:
        extents = tuple(zip(("pixels", "channels"), columns, strict=True))
        structure = Struct("mcuq_mean_columns", (*scaling, *extents))
        function = "mcuq_mean_columns_s8"
    else:
        structure = Struct("mcuq_mean", (*scaling, *_extents(qgraph, op, params.axes)))
        function = suffixed("mcuq_mean", source)
    return Call(op, function, (structure, operand(source), TensorRef(op.output)))


def _columns(source: QuantizedTensor, axes: tuple[int, ...]) -> tuple[int, int] | None:
    """Rows and columns of the matrix whose columns are reduced; None where it is none."""
    reduced, kept = _dimensions(source, axes)
    match [[dimension for dimension in some if dimension[0] > 1] for some in (reduced, kept)]:
        case [[(rows, pitch)], [(columns, 1)]] if pitch == columns:
            return rows, columns
    return None


def lower_reduce_min(qgraph: QuantizedGraph, op: Op, params: ReduceParams) -> Call:
    """mcuq_reduce_min_s8: of truth values, too, whether all hold."""
    structure = Struct("mcuq_reduce", _extents(qgraph, op, params.axes))
    source = qgraph.tensors[op.inputs[0]]
    arguments = (structure, operand(source), TensorRef(op.output))
    return Call(op, "mcuq_reduce_min_s8", arguments)


def _extents(qgraph: QuantizedGraph, op: Op, axes: tuple[int, ...]) -> tuple[Extent, ...]:
    """Dimensions that are kept and those that are reduced, with their strides."""
    reduced, kept = _dimensions(qgraph.tensors[op.inputs[0]], axes)
    return (
        ("kept", to_rank([size for size, _ in kept], 1, op)),
        ("kept_strides", to_rank([stride for _, stride in kept], 0, op)),
        ("reduced", to_rank([size for size, _ in reduced], 1, op)),
        ("reduced_strides", to_rank([stride for _, stride in reduced], 0, op)),
    )


def _dimensions(source: QuantizedTensor, axes: tuple[int, ...]) -> tuple[Dimensions, Dimensions]:
    """Dimensions that are reduced and those that are kept, merged."""
    shape = source.shape
    dimensions = list(zip(shape, dense_strides(shape), strict=True))
    reduced = _merged([dimensions[axis] for axis in range(len(shape)) if axis in axes])
    kept = _merged([dimensions[axis] for axis in range(len(shape)) if axis not in axes])
    return reduced, kept


def _merged(dimensions: Dimensions) -> Dimensions:
    """Dimensions, those as one that a single loop walks in the same order."""
    merged: Dimensions = []
    for size, stride in dimensions:
        if merged and merged[-1][1] == size * stride:
            merged[-1] = (merged[-1][0] * size, stride)
        else:
            merged.append((size, stride))
    return merged


def float_pool(qgraph: QuantizedGraph, op: Op, attrs: PoolAttrs) -> Call:
    """mcuq_avgpool_f32, mcuq_max_pool_f32."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    window = window_params(attrs, source.shape, attrs.filter)
    fields: Fields = (
        ("input_height", source.shape[1]),
        ("input_width", source.shape[2]),
        ("channels", source.shape[3]),
        ("output_height", result.shape[1]),
        ("output_width", result.shape[2]),
        ("kernel_height", attrs.filter[0]),
        ("kernel_width", attrs.filter[1]),
        ("stride_y", window.stride[0]),
        ("stride_x", window.stride[1]),
        ("pad_top", window.padding[0]),
        ("pad_left", window.padding[1]),
        *clamp_fields(attrs.activation),
    )
    average = op.kind is AVERAGE_POOL_2D
    name = "mcuq_avgpool_f32" if average else "mcuq_max_pool_f32"
    arguments = (Struct("mcuq_pool_float", fields), operand(source), TensorRef(result.name))
    return Call(op, name, arguments)


CALLS: Mapping[AnyOperator, CForms] = {
    AVERAGE_POOL_2D: same(AVERAGE_POOL_2D, lower_pool, for_float32(AVERAGE_POOL_2D, float_pool)),
    MAX_POOL_2D: same(MAX_POOL_2D, lower_pool, for_float32(MAX_POOL_2D, float_pool)),
    MEAN: same(MEAN, lower_mean),
    SUM: same(SUM, lower_mean),
    REDUCE_MIN: int8_only(REDUCE_MIN, lower_reduce_min),
    REDUCE_ALL: same(REDUCE_ALL, lower_reduce_min),
}
