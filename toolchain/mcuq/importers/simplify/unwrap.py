"""What frameworks put in front of an embedding: indices as reals, or that count from the end.

An input of real numbers that only become indices is one of integers. `i < 0 ? i + rows : i` is i
for every index of a row. Samples with others are refused where they are read (`mcuq.data`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.graph import Graph, Op
from mcuq.graph.indices import Limits, index_limits
from mcuq.importers.simplify.rewrite import Uses, rebuilt
from mcuq.numeric.element import Element
from mcuq.ops.binary import ADD
from mcuq.ops.cast import CAST
from mcuq.ops.comparison import LESS
from mcuq.ops.selection import SELECT_V2


def unwrap_indices(graph: Graph) -> Graph:
    """Every such choice as the index itself."""
    limits, uses = index_limits(graph.ops, graph.tensors), Uses(graph)
    plain = {
        op.output: op.inputs[2]
        for op in graph.ops
        if op.kind is SELECT_V2 and op.output in limits and _wraps(graph, uses, op, limits)
    }
    if not plain:
        return graph
    ops = tuple(
        replace(op, inputs=tuple(plain.get(name, name) for name in op.inputs))
        for op in graph.ops
        if op.output not in plain
    )
    return _without_unread(replace(graph, ops=ops))


def whole_inputs(graph: Graph) -> Graph:
    """Inputs that are cast to indices, and are read by nothing else, as integers."""
    limits = index_limits(graph.ops, graph.tensors)
    readers: dict[str, list[Op]] = {name: [] for name in graph.inputs}
    for op in graph.ops:
        for name in op.inputs:
            readers.setdefault(name, []).append(op)
    whole = {
        name
        for name in graph.inputs
        if readers[name]
        and name not in graph.outputs
        and all(op.kind is CAST and op.output in limits for op in readers[name])
    }
    if not whole:
        return graph
    casts = {op.output: op.inputs[0] for name in whole for op in readers[name]}
    tensors = {
        name: replace(tensor, element=Element.INT32) if name in whole else tensor
        for name, tensor in graph.tensors.items()
    }
    ops = tuple(
        replace(op, inputs=tuple(casts.get(name, name) for name in op.inputs))
        for op in graph.ops
        if op.output not in casts
    )
    return rebuilt(replace(graph, tensors=tensors, ops=ops), {})


def _wraps(graph: Graph, uses: Uses, op: Op, limits: dict[str, Limits]) -> bool:
    condition, moved, index = op.inputs
    below, sum_ = uses.producer(condition), uses.producer(moved)
    if below is None or sum_ is None or below.kind is not LESS or sum_.kind is not ADD:
        return False
    zero, rows = graph.tensors[below.inputs[1]].data, graph.tensors[sum_.inputs[1]].data
    compared, cast = below.inputs[0], uses.producer(below.inputs[0])
    if cast is not None and cast.kind is CAST:
        compared = cast.inputs[0]
    reads_index = compared == sum_.inputs[0] == index and op.output not in graph.outputs
    if not reads_index or zero is None or rows is None:
        return False
    return not zero.any() and bool(np.all(rows.reshape(-1) == limits[op.output]))


def _without_unread(graph: Graph) -> Graph:
    """Without casts and operators of integers and truth values that nothing reads."""
    uses = {name for op in graph.ops for name in op.inputs} | set(graph.outputs)
    unread: dict[str, Op | None] = {
        op.name: None
        for op in graph.ops
        if op.output not in uses
        and (op.kind is CAST or graph.tensors[op.output].element is not Element.REAL)
    }
    return _without_unread(rebuilt(graph, unread)) if unread else rebuilt(graph, {})
