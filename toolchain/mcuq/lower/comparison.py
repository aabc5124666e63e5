"""Comparisons as C calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mcuq.graph import Op
from mcuq.lower.form import CForms, int8_only
from mcuq.lower.layout import broadcast_strides, in_place, to_rank
from mcuq.lower.program import Call, Struct, TensorRef, operand
from mcuq.ops.comparison import (
    EQUAL,
    GREATER,
    GREATER_EQUAL,
    LEFT_SHIFT,
    LESS,
    LESS_EQUAL,
    NOT_EQUAL,
    ComparisonParams,
)
from mcuq.ops.operator import AnyOperator
from mcuq.quantized.qgraph import QuantizedGraph


def _comparison(function: str) -> Callable[[QuantizedGraph, Op, ComparisonParams], Call]:
    """The rule of one kernel."""

    def rule(qgraph: QuantizedGraph, op: Op, p: ComparisonParams) -> Call:
        first, second, result = (qgraph.tensors[name] for name in (*op.inputs, op.output))
        structure = Struct(
            "mcuq_comparison",
            (
                ("a", _operand(p.input1_offset, p.input1_multiplier, p.input1_shift)),
                ("b", _operand(p.input2_offset, p.input2_multiplier, p.input2_shift)),
                ("left_shift", LEFT_SHIFT),
                ("dims", to_rank(result.shape, 1, op)),
                ("a_strides", to_rank(broadcast_strides(first.shape, result.shape), 0, op)),
                ("b_strides", to_rank(broadcast_strides(second.shape, result.shape), 0, op)),
            ),
        )
        arguments = (structure, operand(first), operand(second), TensorRef(result.name))
        return Call(op, function, arguments, overlaps=in_place(qgraph, op))

    return rule


def _operand(offset: int, multiplier: int, shift: int) -> Struct:
    fields = (("offset", offset), ("multiplier", multiplier), ("shift", shift))
    return Struct("mcuq_operand", fields)


CALLS: Mapping[AnyOperator, CForms] = {
    operator: int8_only(operator, _comparison(f"mcuq_{operator.name.lower()}_s8"))
    for operator in (EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL)
}
