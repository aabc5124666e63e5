"""ADD, SUB, MUL, SOFTMAX and the unary operators."""

from __future__ import annotations

from mcuq.graph import Op
from mcuq.lower.layout import broadcast_strides, suffixed, to_rank
from mcuq.lower.program import (
    Argument,
    Array,
    Call,
    Field,
    InputOverlap,
    Struct,
    TensorRef,
    operand,
)
from mcuq.ops.binary import SUB, AddParams, MulParams
from mcuq.ops.softmax import SoftmaxParams
from mcuq.ops.unary import LookupParams
from mcuq.quantized.qgraph import QuantizedGraph


def lower_lookup(qgraph: QuantizedGraph, op: Op, params: LookupParams) -> Call:
    """mcuq_lut_s8."""
    size = qgraph.tensors[op.output].size
    arguments = (
        operand(qgraph.tensors[op.inputs[0]]),
        Array("table", params.table),
        TensorRef(op.output),
        size,
    )
    return Call(op, "mcuq_lut_s8", arguments, overlaps=in_place(qgraph, op))


def lower_softmax(qgraph: QuantizedGraph, op: Op, params: SoftmaxParams) -> Call:
    """arm_softmax_s8."""
    arguments = (
        operand(qgraph.tensors[op.inputs[0]]),
        params.rows,
        params.depth,
        params.multiplier,
        params.shift,
        params.diff_min,
        TensorRef(op.output),
    )
    return Call(op, "arm_softmax_s8", arguments, overlaps=in_place(qgraph, op))


def lower_add(qgraph: QuantizedGraph, op: Op, p: AddParams) -> Call:
    """arm_elementwise_add_s8 for int8 of equal shapes, else mcuq_add_*; mcuq_sub_*."""
    if op.kind is SUB or not _plain(qgraph, op):
        operands = tuple(
            Struct("mcuq_operand", (("offset", o), ("multiplier", m), ("shift", s)))
            for o, m, s in (
                (p.input1_offset, p.input1_multiplier, p.input1_shift),
                (p.input2_offset, p.input2_multiplier, p.input2_shift),
            )
        )
        name = "mcuq_sub" if op.kind is SUB else "mcuq_add"
        return _broadcast(qgraph, op, name, operands, p, p.left_shift)
    arguments = (
        *_operands(qgraph, op),
        *(p.input1_offset, p.input1_multiplier, p.input1_shift),
        *(p.input2_offset, p.input2_multiplier, p.input2_shift),
        p.left_shift,
        TensorRef(op.output),
        *(p.output_offset, p.output_multiplier, p.output_shift),
        *(p.activation_min, p.activation_max),
        qgraph.tensors[op.output].size,
    )
    return Call(op, "arm_elementwise_add_s8", arguments, overlaps=in_place(qgraph, op))


def lower_mul(qgraph: QuantizedGraph, op: Op, p: MulParams) -> Call:
    """arm_elementwise_mul_s8 for int8 of equal shapes, else mcuq_mul_*."""
    if not _plain(qgraph, op):
        operands = tuple(
            Struct("mcuq_operand", (("offset", offset), ("multiplier", 0), ("shift", 0)))
            for offset in (p.input1_offset, p.input2_offset)
        )
        return _broadcast(qgraph, op, "mcuq_mul", operands, p, 0)
    arguments = (
        *_operands(qgraph, op),
        *(p.input1_offset, p.input2_offset),
        TensorRef(op.output),
        *(p.output_offset, p.output_multiplier, p.output_shift),
        *(p.activation_min, p.activation_max),
        qgraph.tensors[op.output].size,
    )
    return Call(op, "arm_elementwise_mul_s8", arguments, overlaps=in_place(qgraph, op))


def _plain(qgraph: QuantizedGraph, op: Op) -> bool:
    """int8 operands of equal shapes."""
    if qgraph.tensors[op.output].bits != 8:
        return False
    first, second = (qgraph.tensors[name].size for name in op.inputs)
    return first == second == qgraph.tensors[op.output].size


def _broadcast(
    qgraph: QuantizedGraph,
    op: Op,
    name: str,
    operands: tuple[Struct, ...],
    params: AddParams | MulParams,
    left_shift: int,
) -> Call:
    """A `mcuq_binary` call."""
    shape = qgraph.tensors[op.output].shape
    strides: list[tuple[str, Field]] = [
        (field, to_rank(broadcast_strides(qgraph.tensors[source].shape, shape), 0, op))
        for field, source in zip(("a_strides", "b_strides"), op.inputs, strict=True)
    ]
    structure = Struct(
        "mcuq_binary",
        (
            ("a", operands[0]),
            ("b", operands[1]),
            ("left_shift", left_shift),
            ("output_offset", params.output_offset),
            ("output_multiplier", params.output_multiplier),
            ("output_shift", params.output_shift),
            ("activation_min", params.activation_min),
            ("activation_max", params.activation_max),
            ("dims", to_rank(shape, 1, op)),
            *strides,
        ),
    )
    arguments = (structure, *_operands(qgraph, op), TensorRef(op.output))
    function = suffixed(name, qgraph.tensors[op.output])
    return Call(op, function, arguments, overlaps=in_place(qgraph, op))


def _operands(qgraph: QuantizedGraph, op: Op) -> tuple[Argument, ...]:
    return tuple(operand(qgraph.tensors[name]) for name in op.inputs)


def in_place(qgraph: QuantizedGraph, op: Op) -> tuple[InputOverlap, ...]:
    """Each element is read before its result is written, in ascending order: the output may lie
    over an operand of its own size, at the same address or below."""
    size = qgraph.tensors[op.output].nbytes
    return tuple(
        InputOverlap(name, ascending=size)
        for name in dict.fromkeys(op.inputs)
        if qgraph.tensors[name].nbytes == size and not qgraph.tensors[name].is_constant
    )
