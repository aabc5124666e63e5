"""Transposes that weights can take over, that undo each other, or that move nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.graph import Graph, Op, Tensor
from mcuq.importers.simplify.rewrite import Uses, constant, rebuilt
from mcuq.ops.movement import RESHAPE, SQUEEZE, TRANSPOSE, ReshapeAttrs, TransposeAttrs
from mcuq.ops.weighted import FULLY_CONNECTED


def fold_transposes(graph: Graph) -> Graph:
    """Fold while there is something to fold."""
    rewrites = (_into_dense_weights, _into_each_other, _reshape_chain)
    while True:
        uses = Uses(graph)
        changed = next(
            (
                new
                for op in graph.ops
                for rewrite in rewrites
                if (new := rewrite(graph, uses, op)) is not None
            ),
            None,
        )
        if changed is None:
            return graph
        graph = changed


def _into_dense_weights(graph: Graph, uses: Uses, op: Op) -> Graph | None:
    """TRANSPOSE, RESHAPE to rows of one sample, FULLY_CONNECTED: the filter's columns move."""
    if op.kind is not FULLY_CONNECTED:
        return None
    flat = uses.producer(op.inputs[0])
    if flat is None or flat.kind is not RESHAPE or not _may_go(graph, uses, flat):
        return None
    moved = uses.producer(flat.inputs[0])
    if moved is None or moved.kind is not TRANSPOSE:
        return None
    filters = graph.tensors[op.inputs[1]]
    source = graph.tensors[moved.inputs[0]]
    if not _may_go(graph, uses, moved) or filters.shape[1] != source.size:
        return None
    stored = _columns_before(filters, graph.tensors[moved.output].shape, moved.attrs)
    new_filter = constant(graph, f"{op.name}/filter", stored)
    inputs = (op.inputs[0], new_filter.name, *op.inputs[2:])
    replacements = {
        moved.name: None,
        flat.name: replace(flat, inputs=moved.inputs),
        op.name: replace(op, inputs=inputs),
    }
    return rebuilt(graph, replacements, [new_filter])


def _columns_before(
    filters: Tensor, transposed: tuple[int, ...], attrs: object
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Columns in the order of the elements before the transpose."""
    assert isinstance(attrs, TransposeAttrs) and filters.data is not None
    columns = filters.data.reshape(len(filters.data), *transposed)
    back = np.argsort(attrs.perm, kind="stable")
    return columns.transpose(0, *(1 + axis for axis in back)).reshape(filters.shape)


def _into_each_other(graph: Graph, uses: Uses, op: Op) -> Graph | None:
    """TRANSPOSE after TRANSPOSE: one, or none."""
    before = uses.producer(op.inputs[0])
    if op.kind is not TRANSPOSE or before is None or before.kind is not TRANSPOSE:
        return None
    assert isinstance(op.attrs, TransposeAttrs) and isinstance(before.attrs, TransposeAttrs)
    perm = tuple(before.attrs.perm[axis] for axis in op.attrs.perm)
    if before.output in graph.ranges:
        return None
    if perm == tuple(range(len(perm))) and _is_inner(graph, op):
        return _without(graph, op, before.inputs[0])
    merged = replace(op, inputs=before.inputs, attrs=TransposeAttrs(perm))
    unread = uses.only_reader(before.output) is op
    replacements: dict[str, Op | None] = {op.name: merged}
    if unread:
        replacements[before.name] = None
    return rebuilt(graph, replacements)


def _reshape_chain(graph: Graph, uses: Uses, op: Op) -> Graph | None:
    """RESHAPE after RESHAPE: one; RESHAPE to the same shape: none."""
    if op.kind not in (RESHAPE, SQUEEZE):
        return None
    source = graph.tensors[op.inputs[0]]
    shape = graph.tensors[op.output].shape
    if source.shape == shape and _is_inner(graph, op):
        return _without(graph, op, source.name)
    before = uses.producer(source.name)
    if source.shape == shape and before is not None and op.output not in graph.ranges:
        return _written_before(graph, uses, op, before)
    if before is None or before.kind not in (RESHAPE, SQUEEZE):
        return None
    if not _may_go(graph, uses, before):
        return None
    merged = Op(RESHAPE, op.name, before.inputs, op.outputs, ReshapeAttrs(shape))
    return rebuilt(graph, {op.name: merged, before.name: None})


def _written_before(graph: Graph, uses: Uses, copy: Op, layer: Op) -> Graph | None:
    """The graph whose `layer` writes the output that is its result's copy."""
    if uses.only_reader(layer.output) is not copy:
        return None
    ranges = {
        copy.output if name == layer.output else name: span for name, span in graph.ranges.items()
    }
    replacements = {layer.name: replace(layer, outputs=copy.outputs), copy.name: None}
    return rebuilt(replace(graph, ranges=ranges), replacements)


def _may_go(graph: Graph, uses: Uses, op: Op) -> bool:
    """Whether nobody misses an operator's result once its only reader does without."""
    return uses.only_reader(op.output) is not None and op.output not in graph.ranges


def _is_inner(graph: Graph, op: Op) -> bool:
    """Whether a result may be replaced by what it equals: no output, no range of its own."""
    return op.output not in graph.outputs and op.output not in graph.ranges


def _without(graph: Graph, op: Op, source: str) -> Graph:
    """The graph without `op`; its readers read `source`."""
    replacements: dict[str, Op | None] = {
        reader.name: replace(
            reader,
            inputs=tuple(source if name == op.output else name for name in reader.inputs),
        )
        for reader in graph.ops
        if op.output in reader.inputs
    }
    return rebuilt(graph, {**replacements, op.name: None})
