"""BATCH_MATMUL as C calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mcuq.graph import Op
from mcuq.lower.form import CForms, for_int8, for_int16
from mcuq.lower.layout import broadcast_strides, suffixed
from mcuq.lower.program import Call, ScratchRef, Struct, TensorRef, operand
from mcuq.ops.matmul import BATCH_MATMUL, MatmulAttrs, MatmulParams
from mcuq.ops.operator import NO_DYNAMIC, AnyOperator
from mcuq.quantized import quantized_op
from mcuq.quantized.qgraph import QuantizedGraph

_BATCHES = 3
"""Leading dimensions that mcuq_matmul has."""


def _portable(qgraph: QuantizedGraph, op: Op, params: MatmulParams) -> Call:
    """mcuq_batch_matmul_s8/_s16."""
    first, second = (qgraph.tensors[name] for name in op.inputs)
    result, attrs = qgraph.tensors[op.output], _attrs(qgraph, op)
    depth = first.shape[-2] if attrs.adj_x else first.shape[-1]
    a_row, a_step = (1, first.shape[-1]) if attrs.adj_x else (first.shape[-1], 1)
    b_column, b_step = (second.shape[-1], 1) if attrs.adj_y else (1, second.shape[-1])
    structure = Struct(
        "mcuq_matmul",
        (
            ("a_offset", params.a_offset),
            ("b_offset", params.b_offset),
            ("output_offset", params.output_offset),
            ("multiplier", params.multiplier),
            ("shift", params.shift),
            ("rows", result.shape[-2]),
            ("depth", depth),
            ("columns", result.shape[-1]),
            ("a_row", a_row),
            ("a_step", a_step),
            ("b_column", b_column),
            ("b_step", b_step),
            ("batches", _leading(result.shape[:-2], 1)),
            ("a_batches", _leading(broadcast_strides(first.shape, result.shape)[:-2], 0)),
            ("b_batches", _leading(broadcast_strides(second.shape, result.shape)[:-2], 0)),
        ),
    )
    arguments = (structure, operand(first), operand(second), TensorRef(op.output))
    return Call(op, suffixed("mcuq_batch_matmul", result), arguments, macs=result.size * depth)


def _fast(qgraph: QuantizedGraph, op: Op, params: MatmulParams) -> Call:
    """mcuq_batch_matmul_columns_s8, where rows of the first operand are runs of bytes."""
    call = _portable(qgraph, op, params)
    if _attrs(qgraph, op).adj_x:
        return call
    depth = qgraph.tensors[op.inputs[0]].shape[-1]
    return replace(
        call,
        function="mcuq_batch_matmul_columns_s8",
        arguments=(*call.arguments, ScratchRef()),
        scratch_bytes=2 * 2 * (-(-depth // 4) * 4),
    )


def _attrs(qgraph: QuantizedGraph, op: Op) -> MatmulAttrs:
    attrs = quantized_op(qgraph, op).attrs
    assert isinstance(attrs, MatmulAttrs)
    return attrs


def _leading(values: tuple[int, ...], fill: int) -> tuple[int, ...]:
    return (fill,) * (_BATCHES - len(values)) + values


CALLS: Mapping[AnyOperator, CForms] = {
    BATCH_MATMUL: CForms(
        for_int8(BATCH_MATMUL, _portable),
        for_int8(BATCH_MATMUL, _fast),
        for_int16(BATCH_MATMUL, _portable),
        NO_DYNAMIC,
    ),
}
