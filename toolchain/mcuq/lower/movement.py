"""Operators that only move values as C calls, most of them through mcuq_copy."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mcuq.graph import Op
from mcuq.lower.form import (
    VIEW,
    CForms,
    int8_only,
    same,
)
from mcuq.lower.layout import MAX_RANK, broadcast_strides, dense_strides, suffixed, to_rank
from mcuq.lower.program import (
    Call,
    Struct,
    TensorRef,
    operand,
)
from mcuq.ops.gather_nd import GATHER_ND, GatherNdParams
from mcuq.ops.gathering import GATHER, GatherParams
from mcuq.ops.movement import (
    CONCATENATION,
    PAD,
    RESHAPE,
    SQUEEZE,
    TRANSPOSE,
    ConcatParams,
    PadParams,
    TransposeParams,
)
from mcuq.ops.operator import AnyOperator
from mcuq.ops.padding import MIRROR_PAD, PADV2, MirrorPadParams
from mcuq.ops.repetition import BROADCAST_TO, BroadcastParams
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceParams
from mcuq.ops.update import DYNAMIC_UPDATE_SLICE, UpdateParams
from mcuq.quantized.qgraph import QuantizedGraph


def _layout(
    op: Op,
    extents: Sequence[int],
    input_strides: Sequence[int],
    output_strides: Sequence[int],
    starts: tuple[int, int] = (0, 0),
) -> Struct:
    return Struct(
        "mcuq_layout",
        (
            ("dims", to_rank(extents, 1, op)),
            ("input_strides", to_rank(input_strides, 0, op)),
            ("output_strides", to_rank(output_strides, 0, op)),
            ("input_start", starts[0]),
            ("output_start", starts[1]),
        ),
    )


def lower_transpose(qgraph: QuantizedGraph, op: Op, params: TransposeParams) -> Call:
    """mcuq_copy_s8 through the permuted strides."""
    perm = params.perm
    result = qgraph.tensors[op.output].shape
    strides = dense_strides(qgraph.tensors[op.inputs[0]].shape)
    layout = _layout(op, result, [strides[p] for p in perm], dense_strides(result))
    return _copy(qgraph, op, layout)


def lower_strided_slice(qgraph: QuantizedGraph, op: Op, params: StridedSliceParams) -> Call:
    """mcuq_copy_s8 from the first element taken."""
    strides = dense_strides(qgraph.tensors[op.inputs[0]].shape)
    extents = [
        len(range(b, e, s))
        for b, e, s in zip(params.begin, params.end, params.strides, strict=True)
    ]
    steps = [stride * s for stride, s in zip(strides, params.strides, strict=True)]
    start = sum(b * stride for b, stride in zip(params.begin, strides, strict=True))
    return _copy(qgraph, op, _layout(op, extents, steps, dense_strides(extents), (start, 0)))


def lower_concatenation(qgraph: QuantizedGraph, op: Op, params: ConcatParams) -> list[Call]:
    """mcuq_copy_s8 once an input, each behind the one before."""
    axis = params.axis
    strides = dense_strides(qgraph.tensors[op.output].shape)
    calls, position = [], 0
    for name in op.inputs:
        tensor = qgraph.tensors[name]
        start = position * strides[axis]
        layout = _layout(op, tensor.shape, dense_strides(tensor.shape), strides, (0, start))
        function = suffixed("mcuq_copy", tensor)
        calls.append(Call(op, function, (layout, operand(tensor), TensorRef(op.output))))
        position += tensor.shape[axis]
    return calls


def lower_pad(qgraph: QuantizedGraph, op: Op, params: PadParams) -> Call:
    """mcuq_pad_s8, whatever the value."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    strides = dense_strides(result.shape)
    start = sum(before * s for (before, _), s in zip(params.paddings, strides, strict=True))
    layout = _layout(op, source.shape, dense_strides(source.shape), strides, (0, start))
    structure = Struct(
        "mcuq_pad",
        (("layout", layout), ("output_size", result.size), ("value", params.value)),
    )
    arguments = (structure, operand(source), TensorRef(result.name))
    return Call(op, suffixed("mcuq_pad", result), arguments)


def lower_mirror_pad(qgraph: QuantizedGraph, op: Op, params: MirrorPadParams) -> list[Call]:
    """mcuq_copy_s8 once a region: what is before, inside and behind in every dimension."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    strides, steps = dense_strides(source.shape), dense_strides(result.shape)
    parts = [
        _mirrored_parts(size, pair, params.edge)
        for size, pair in zip(source.shape, params.paddings, strict=True)
    ]
    calls = []
    for region in itertools.product(*parts):
        layout = _layout(
            op,
            [part.count for part in region],
            [part.step * stride for part, stride in zip(region, strides, strict=True)],
            steps,
            (
                sum(part.source * stride for part, stride in zip(region, strides, strict=True)),
                sum(part.target * stride for part, stride in zip(region, steps, strict=True)),
            ),
        )
        calls.append(_copy(qgraph, op, layout))
    return calls


@dataclass(frozen=True)
class _Part:
    """`count` elements of a dimension, from `source` on in steps of 1 or -1, go to `target` on."""

    count: int
    source: int
    step: int
    target: int


def _mirrored_parts(size: int, pair: tuple[int, int], edge: bool) -> list[_Part]:
    """What is before, inside and behind; nothing for a side without padding."""
    before, behind = pair
    first, last = (0, size - 1) if edge else (1, size - 2)
    parts = (
        _Part(before, first + before - 1, -1, 0),
        _Part(size, 0, 1, before),
        _Part(behind, last, -1, before + size),
    )
    return [part for part in parts if part.count]


def lower_broadcast(qgraph: QuantizedGraph, op: Op, params: BroadcastParams) -> Call:
    """mcuq_copy_s8 that stays in place along the dimensions it repeats."""
    source, result = qgraph.tensors[op.inputs[0]].shape, qgraph.tensors[op.output].shape
    strides = broadcast_strides(source, result)
    return _copy(qgraph, op, _layout(op, result, strides, dense_strides(result)))


def lower_update(qgraph: QuantizedGraph, op: Op, params: UpdateParams) -> list[Call]:
    """mcuq_copy_s8 of the whole, then of what replaces a part of it, by mcuq_update_s8 where the
    place is computed."""
    whole, update, *places = (qgraph.tensors[name] for name in op.inputs)
    strides = dense_strides(whole.shape)
    known = params.start or (0,) * len(strides)
    start = sum(first * stride for first, stride in zip(known, strides, strict=True))
    everything = _layout(op, (whole.size,), (1,), (1,))
    part = _layout(op, update.shape, dense_strides(update.shape), strides, (0, start))
    result = qgraph.tensors[op.output]
    copy, target = suffixed("mcuq_copy", result), TensorRef(op.output)
    first = Call(op, copy, (everything, operand(whole), target))
    if params.start is not None:
        return [first, Call(op, copy, (part, operand(update), target))]
    most = [total - n for total, n in zip(whole.shape, update.shape, strict=True)]
    structure = Struct(
        "mcuq_update",
        (("layout", part), ("most", to_rank(most, 0, op)), ("rank", len(most))),
    )
    arguments = (structure, operand(update), operand(places[0]), target)
    return [first, Call(op, suffixed("mcuq_update", result), arguments)]


def lower_gather(qgraph: QuantizedGraph, op: Op, params: GatherParams) -> Call:
    """mcuq_gather_s8, which copies whole rows."""
    source, indices = (qgraph.tensors[name] for name in op.inputs)
    axis = params.axis
    structure = Struct(
        "mcuq_rows",
        (
            ("outer", math.prod(source.shape[:axis])),
            ("extent", source.shape[axis]),
            ("row", math.prod(source.shape[axis + 1 :])),
            ("count", indices.size),
        ),
    )
    arguments = (structure, operand(source), operand(indices), TensorRef(op.output))
    return Call(op, "mcuq_gather_s8", arguments)


def lower_gather_nd(qgraph: QuantizedGraph, op: Op, params: GatherNdParams) -> Call:
    """mcuq_gather_nd_s8, which copies whole elements."""
    source, indices = (qgraph.tensors[name] for name in op.inputs)
    depth = len(params.strides)
    structure = Struct(
        "mcuq_places",
        (
            ("strides", params.strides + (0,) * (MAX_RANK - depth)),
            ("depth", depth),
            ("elements", params.elements),
            ("row", params.row),
            ("count", indices.size // depth),
        ),
    )
    arguments = (structure, operand(source), operand(indices), TensorRef(op.output))
    return Call(op, "mcuq_gather_nd_s8", arguments)


def _copy(qgraph: QuantizedGraph, op: Op, layout: Struct) -> Call:
    arguments = (layout, operand(qgraph.tensors[op.inputs[0]]), TensorRef(op.output))
    return Call(op, suffixed("mcuq_copy", qgraph.tensors[op.output]), arguments)


CALLS: Mapping[AnyOperator, CForms] = {
    PAD: same(PAD, lower_pad),
    CONCATENATION: same(CONCATENATION, lower_concatenation),
    RESHAPE: VIEW,
    SQUEEZE: VIEW,
    TRANSPOSE: same(TRANSPOSE, lower_transpose),
    STRIDED_SLICE: same(STRIDED_SLICE, lower_strided_slice),
    PADV2: same(PADV2, lower_pad),
    MIRROR_PAD: int8_only(MIRROR_PAD, lower_mirror_pad),
    GATHER: int8_only(GATHER, lower_gather),
    GATHER_ND: int8_only(GATHER_ND, lower_gather_nd),
    BROADCAST_TO: same(BROADCAST_TO, lower_broadcast),
    DYNAMIC_UPDATE_SLICE: same(DYNAMIC_UPDATE_SLICE, lower_update),
}
