"""MINIMUM and MAXIMUM as C calls, and what they are of truth values: LOGICAL_AND, LOGICAL_OR."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mcuq.graph import Op
from mcuq.lower.form import CForms, same
from mcuq.lower.layout import broadcast_strides, in_place, suffixed, to_rank
from mcuq.lower.program import Call, Struct, TensorRef, operand
from mcuq.ops.extremes import MAXIMUM, MINIMUM
from mcuq.ops.logic import LOGICAL_AND, LOGICAL_OR
from mcuq.ops.operator import AnyOperator
from mcuq.quantized.qgraph import QuantizedGraph


def _extreme(name: str) -> Callable[[QuantizedGraph, Op, object], Call]:
    """The rule of the kernels of that name, the type left out."""

    def rule(qgraph: QuantizedGraph, op: Op, params: object) -> Call:
        first, second = (qgraph.tensors[source] for source in op.inputs)
        result = qgraph.tensors[op.output]
        structure = Struct(
            "mcuq_extreme",
            (
                ("dims", to_rank(result.shape, 1, op)),
                ("a_strides", to_rank(broadcast_strides(first.shape, result.shape), 0, op)),
                ("b_strides", to_rank(broadcast_strides(second.shape, result.shape), 0, op)),
            ),
        )
        arguments = (structure, operand(first), operand(second), TensorRef(result.name))
        return Call(op, suffixed(name, result), arguments, overlaps=in_place(qgraph, op))

    return rule


CALLS: Mapping[AnyOperator, CForms] = {
    MINIMUM: same(MINIMUM, _extreme("mcuq_minimum")),
    MAXIMUM: same(MAXIMUM, _extreme("mcuq_maximum")),
    LOGICAL_AND: same(LOGICAL_AND, _extreme("mcuq_minimum")),
    LOGICAL_OR: same(LOGICAL_OR, _extreme("mcuq_maximum")),
}
