"""Upsampling written as copies (RESHAPE, CONCATENATION with itself, RESHAPE) as one resize."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph, Op
from mcuq.importers.simplify.rewrite import Uses, rebuilt
from mcuq.ops.interpolation import ResizeAttrs, nearest_indices
from mcuq.ops.movement import CONCATENATION, RESHAPE, SQUEEZE, ConcatAttrs, ReshapeAttrs
from mcuq.ops.resize import RESIZE_NEAREST_NEIGHBOR

_STEPS = frozenset({RESHAPE, SQUEEZE, CONCATENATION})
_MAX_ELEMENTS = 1 << 22


def gather_upsampling(graph: Graph) -> Graph:
    """Every chain of copies that picks the elements a nearest-neighbour resize picks."""
    for op in reversed(graph.ops):
        replaced = _replaced(graph, op)
        if replaced is not None:
            return gather_upsampling(replaced)
    return graph


def _replaced(graph: Graph, op: Op) -> Graph | None:
    """The graph with the longest chain that ends in `op` replaced, or None."""
    best = None
    chain: list[Op] = []
    uses = Uses(graph)
    current: Op | None = op
    while current is not None and _is_copy(current):
        chain.insert(0, current)
        attrs = _as_resize(graph, chain)
        if attrs is not None:
            best = (tuple(chain), attrs)
        current = uses.producer(current.inputs[0])
        if current is not None and not _read_once(graph, current.output):
            break
    if best is None:
        return None
    steps, attrs = best
    resize = Op(RESIZE_NEAREST_NEIGHBOR, op.name, (steps[0].inputs[0],), op.outputs, attrs)
    return rebuilt(graph, {**{step.name: None for step in steps}, op.name: resize})


def _is_copy(op: Op) -> bool:
    return op.kind in _STEPS and len(set(op.inputs)) == 1


def _read_once(graph: Graph, name: str) -> bool:
    readers = sum(name in op.inputs for op in graph.ops)
    return readers == 1 and name not in graph.outputs and name not in graph.ranges


def _as_resize(graph: Graph, chain: list[Op]) -> ResizeAttrs | None:
    """The resize that a chain with at least one copy amounts to, found by following indices."""
    source = graph.tensors[chain[0].inputs[0]]
    target = graph.tensors[chain[-1].output].shape
    copies = any(op.kind is CONCATENATION for op in chain)
    if not copies or len(source.shape) != 4 or len(target) != 4:
        return None
    if max(graph.tensors[op.output].size for op in chain) > _MAX_ELEMENTS:
        return None
    indices = np.arange(source.size).reshape(source.shape)
    attrs = ResizeAttrs((target[1], target[2]))
    rows, columns = (nearest_indices(source.shape[i], target[i], attrs) for i in (1, 2))
    resized = indices[:, rows][:, :, columns]
    return attrs if np.array_equal(_followed(indices, chain), resized) else None


def _followed(indices: npt.NDArray[Any], chain: list[Op]) -> npt.NDArray[Any]:
    for op in chain:
        if isinstance(op.attrs, ConcatAttrs):
            indices = np.concatenate([indices] * len(op.inputs), axis=op.attrs.axis)
        else:
            assert isinstance(op.attrs, ReshapeAttrs)
            indices = indices.reshape(op.attrs.shape)
    return indices
