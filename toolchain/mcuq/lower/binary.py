"""ADD, SUB and MUL as C calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mcuq.errors import UsageError
from mcuq.graph import Op
from mcuq.lower.floats import clamp_fields
from mcuq.lower.form import (
    CForms,
    for_float32,
    same,
)
from mcuq.lower.layout import broadcast_strides, in_place, suffixed, to_rank
from mcuq.lower.program import (
    Argument,
    Call,
    Field,
    Struct,
    TensorRef,
    operand,
)
from mcuq.ops.binary import (
    ADD,
    MUL,
    SQUARED_DIFFERENCE,
    SUB,
    AddParams,
    BinaryAttrs,
    MulParams,
)
from mcuq.ops.operator import AnyOperator
from mcuq.quantized.qgraph import QuantizedGraph


def _sum(name: str, plain: bool) -> Callable[[QuantizedGraph, Op, AddParams], Call]:
    """The rule of an operator on a common scale.

    Args:
        name: of its kernels, the type left out.
        plain: int8 of equal shapes go to mcuq_elementwise_add_s8.
    """

    def rule(qgraph: QuantizedGraph, op: Op, p: AddParams) -> Call:
        if plain and _plain(qgraph, op):
            return _elementwise_add(qgraph, op, p)
        operands = tuple(
            Struct("mcuq_operand", (("offset", o), ("multiplier", m), ("shift", s)))
            for o, m, s in (
                (p.input1_offset, p.input1_multiplier, p.input1_shift),
                (p.input2_offset, p.input2_multiplier, p.input2_shift),
            )
        )
        return _broadcast(qgraph, op, name, operands, p, p.left_shift)

    return rule


def _elementwise_add(qgraph: QuantizedGraph, op: Op, p: AddParams) -> Call:
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
    return Call(op, "mcuq_elementwise_add_s8", arguments, overlaps=in_place(qgraph, op))


def lower_mul(qgraph: QuantizedGraph, op: Op, p: MulParams) -> Call:
    """mcuq_elementwise_mul_s8 for int8 of equal shapes, else mcuq_mul_*."""
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
    return Call(op, "mcuq_elementwise_mul_s8", arguments, overlaps=in_place(qgraph, op))


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


def float_add(qgraph: QuantizedGraph, op: Op, attrs: BinaryAttrs) -> Call:
    """mcuq_add_f32."""
    first, second = (qgraph.tensors[name] for name in op.inputs)
    result = qgraph.tensors[op.output]
    if not first.size == second.size == result.size:
        raise UsageError(
            f"{op.kind} '{op.name}' broadcasts, which firmware does on integers only",
            "quantize the activations",
        )
    clamp = clamp_fields(attrs.activation)
    structure = Struct("mcuq_add_float", (("count", result.size), *clamp))
    arguments = (structure, operand(first), operand(second), TensorRef(result.name))
    return Call(op, "mcuq_add_f32", arguments, overlaps=in_place(qgraph, op))


CALLS: Mapping[AnyOperator, CForms] = {
    ADD: same(ADD, _sum("mcuq_add", plain=True), for_float32(ADD, float_add)),
    SUB: same(SUB, _sum("mcuq_sub", plain=False)),
    MUL: same(MUL, lower_mul),
    SQUARED_DIFFERENCE: same(SQUARED_DIFFERENCE, _sum("mcuq_squared_difference", plain=False)),
}
