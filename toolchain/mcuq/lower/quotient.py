"""DIV, FLOOR_DIV and FLOOR_MOD as C calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mcuq.graph import Op
from mcuq.lower.form import CForms, int8_only
from mcuq.lower.layout import broadcast_strides, in_place, suffixed, to_rank
from mcuq.lower.program import Call, Float32, Struct, TensorRef, operand
from mcuq.ops.operator import AnyOperator
from mcuq.ops.quotient import DIV, FLOOR_DIV, FLOOR_MOD, QuotientParams
from mcuq.quantized.qgraph import QuantizedGraph


def _quotient(name: str) -> Callable[[QuantizedGraph, Op, QuotientParams], Call]:
    """The rule of the kernel of that name, the type left out."""

    def rule(qgraph: QuantizedGraph, op: Op, p: QuotientParams) -> Call:
        first, second = (qgraph.tensors[source] for source in op.inputs)
        result = qgraph.tensors[op.output]
        structure = Struct(
            "mcuq_quotient",
            (
                ("a_scale", Float32(float(p.first.scale))),
                ("a_zero_point", p.first.zero_point),
                ("b_scale", Float32(float(p.second.scale))),
                ("b_zero_point", p.second.zero_point),
                ("output_scale", Float32(float(p.result.scale))),
                ("output_zero_point", p.result.zero_point),
                ("activation_min", p.activation_min),
                ("activation_max", p.activation_max),
                ("dims", to_rank(result.shape, 1, op)),
                ("a_strides", to_rank(broadcast_strides(first.shape, result.shape), 0, op)),
                ("b_strides", to_rank(broadcast_strides(second.shape, result.shape), 0, op)),
            ),
        )
        arguments = (structure, operand(first), operand(second), TensorRef(result.name))
        return Call(op, suffixed(name, result), arguments, overlaps=in_place(qgraph, op))

    return rule


CALLS: Mapping[AnyOperator, CForms] = {
    DIV: int8_only(DIV, _quotient("mcuq_div")),
    FLOOR_DIV: int8_only(FLOOR_DIV, _quotient("mcuq_floor_div")),
    FLOOR_MOD: int8_only(FLOOR_MOD, _quotient("mcuq_floor_mod")),
}
