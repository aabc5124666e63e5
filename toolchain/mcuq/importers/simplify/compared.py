"""Comparisons of an index with a constant: looked up, since no kernel here compares integers.

An embedding that masks its padding (Keras's `mask_zero`) asks of each index whether it is 0. Which
indices there are is known from the table that they look up, so that the answers are one, too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.graph import Graph, Op, Tensor
from mcuq.graph.indices import Limits, index_limits
from mcuq.importers.simplify.rewrite import constant, rebuilt
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.comparison import EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, NOT_EQUAL
from mcuq.ops.gathering import GATHER, GatherAttrs
from mcuq.ops.operator import AnyOperator

_COMPARISONS: dict[AnyOperator, np.ufunc] = {
    EQUAL: np.equal,
    NOT_EQUAL: np.not_equal,
    GREATER: np.greater,
    GREATER_EQUAL: np.greater_equal,
    LESS: np.less,
    LESS_EQUAL: np.less_equal,
}


def look_up_comparisons(graph: Graph) -> Graph:
    """Each as a GATHER from 1 and -1, and whether that is above 0."""
    limits = index_limits(graph.ops, graph.tensors)
    tensors, ops = dict(graph.tensors), list[Op]()
    for op in graph.ops:
        answers = _answers(graph, op, limits)
        if answers is None:
            ops.append(op)
            continue
        index, values = answers
        table = constant(replace(graph, tensors=tensors), f"{op.output}/answers", values)
        tensors[table.name] = table
        zero = constant(replace(graph, tensors=tensors), f"{op.output}/zero", np.zeros(1))
        tensors[zero.name] = zero
        told = f"{table.name}/taken"
        tensors[told] = Tensor(told, graph.tensors[op.output].shape)
        ops += [
            Op(GATHER, told, (table.name, index), (told,), GatherAttrs(0)),
            replace(op, kind=GREATER, inputs=(told, zero.name), attrs=NoAttrs()),
        ]
    if len(ops) == len(graph.ops):
        return graph
    return rebuilt(replace(graph, tensors=tensors, ops=tuple(ops)), {})


def _answers(
    graph: Graph, op: Op, limits: dict[str, Limits]
) -> tuple[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]] | None:
    """The index that an operator compares with a constant, and 1 or -1 for each of its values."""
    if op.kind not in _COMPARISONS:
        return None
    for number, name in enumerate(op.inputs):
        other = graph.tensors[op.inputs[1 - number]].data
        shaped = graph.tensors[name].shape == graph.tensors[op.output].shape
        if name in limits and other is not None and other.size == 1 and shaped:
            pair = (np.arange(limits[name].max()), other.reshape(()))
            holds = _COMPARISONS[op.kind](*(pair if number == 0 else pair[::-1]))
            return name, np.where(holds, 1.0, -1.0)
    return None
