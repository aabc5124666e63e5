"""Operators that choose, as C calls: SELECT_V2, LOGICAL_NOT, ARG_MAX, ARG_MIN."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from mcuq.graph import Op
from mcuq.lower.form import CForms, int8_only, same
from mcuq.lower.layout import broadcast_strides, in_place, suffixed, to_rank
from mcuq.lower.program import Call, Struct, TensorRef, operand
from mcuq.ops.logic import LOGICAL_NOT, LogicParams
from mcuq.ops.operator import AnyOperator
from mcuq.ops.position import ARG_MAX, ARG_MIN, PositionParams
from mcuq.ops.selection import SELECT_V2, SelectParams
from mcuq.quantized.qgraph import QuantizedGraph


def lower_select(qgraph: QuantizedGraph, op: Op, params: SelectParams) -> Call:
    """mcuq_select_s8 or mcuq_select_s16."""
    operands = [qgraph.tensors[name] for name in op.inputs]
    result = qgraph.tensors[op.output]
    names = ("condition_strides", "a_strides", "b_strides")
    strides = tuple(
        (name, to_rank(broadcast_strides(tensor.shape, result.shape), 0, op))
        for name, tensor in zip(names, operands, strict=True)
    )
    structure = Struct("mcuq_select", (("dims", to_rank(result.shape, 1, op)), *strides))
    arguments = (structure, *map(operand, operands), TensorRef(result.name))
    return Call(op, suffixed("mcuq_select", result), arguments, overlaps=in_place(qgraph, op))


def lower_not(qgraph: QuantizedGraph, op: Op, params: LogicParams) -> Call:
    """mcuq_logical_not_s8."""
    size = qgraph.tensors[op.output].size
    arguments = (operand(qgraph.tensors[op.inputs[0]]), TensorRef(op.output), size)
    return Call(op, "mcuq_logical_not_s8", arguments, overlaps=in_place(qgraph, op))


def _position(function: str) -> Callable[[QuantizedGraph, Op, PositionParams], Call]:
    """The rule of one kernel."""

    def rule(qgraph: QuantizedGraph, op: Op, params: PositionParams) -> Call:
        source, axis = qgraph.tensors[op.inputs[0]], params.axis
        structure = Struct(
            "mcuq_position",
            (
                ("outer", math.prod(source.shape[:axis])),
                ("count", source.shape[axis]),
                ("inner", math.prod(source.shape[axis + 1 :])),
            ),
        )
        return Call(op, function, (structure, operand(source), TensorRef(op.output)))

    return rule


CALLS: Mapping[AnyOperator, CForms] = {
    SELECT_V2: same(SELECT_V2, lower_select),
    LOGICAL_NOT: same(LOGICAL_NOT, lower_not),
    ARG_MAX: int8_only(ARG_MAX, _position("mcuq_arg_max_s8")),
    ARG_MIN: int8_only(ARG_MIN, _position("mcuq_arg_min_s8")),
}
