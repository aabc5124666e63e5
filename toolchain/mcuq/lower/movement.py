"""Operators that only move values as C calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcuq.graph import Op
from mcuq.lower.form import (
    VIEW,
    CForms,
    same,
)
from mcuq.lower.layout import dense_strides, suffixed, to_rank
from mcuq.lower.program import (
    Call,
    Struct,
    TensorRef,
    operand,
)
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
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceParams
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
    """mcuq_pad_s8."""
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
}
