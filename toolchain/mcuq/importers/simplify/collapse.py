"""Transposes of more dimensions than the runtime has, as transposes of fewer.

Dimensions of 1 count nothing, and neighbours that stay neighbours move as one. The pixel shuffle
that exporters spell with six dimensions needs five.
"""

from __future__ import annotations

from dataclasses import replace

from mcuq.graph import MAX_DIMENSIONS, Graph, Op, Tensor
from mcuq.ops.movement import RESHAPE, TRANSPOSE, ReshapeAttrs, TransposeAttrs
from mcuq.ops.shapes import collapsed


def collapse_transposes(graph: Graph) -> Graph:
    """Every TRANSPOSE of too many dimensions as RESHAPE, TRANSPOSE, RESHAPE, where that helps."""
    for op in graph.ops:
        if op.kind is TRANSPOSE and len(graph.tensors[op.output].shape) > MAX_DIMENSIONS:
            graph = _replaced(graph, op)
    return graph


def _replaced(graph: Graph, op: Op) -> Graph:
    assert isinstance(op.attrs, TransposeAttrs)
    source, target = graph.tensors[op.inputs[0]], graph.tensors[op.output]
    shape, perm = collapsed(source.shape, op.attrs.perm)
    if len(shape) > MAX_DIMENSIONS:
        return graph
    if len(shape) < MAX_DIMENSIONS:  # the batch stays where there is room for it
        shape, perm = (1, *shape), (0, *(1 + axis for axis in perm))
    flat, moved = f"{op.output}/collapsed", f"{op.output}/moved"
    steps = (
        Op(RESHAPE, flat, op.inputs, (flat,), ReshapeAttrs(shape)),
        Op(TRANSPOSE, moved, (flat,), (moved,), TransposeAttrs(perm)),
        Op(RESHAPE, op.name, (moved,), op.outputs, ReshapeAttrs(target.shape)),
    )
    tensors = {
        **graph.tensors,
        flat: Tensor(flat, shape),
        moved: Tensor(moved, tuple(shape[axis] for axis in perm)),
    }
    ops = tuple(step for each in graph.ops for step in (steps if each is op else (each,)))
    return replace(graph, tensors=tensors, ops=ops)
