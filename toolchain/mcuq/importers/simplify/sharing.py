"""Equal constants as one: a step that is written out several times brings its weights each time."""

from __future__ import annotations

from dataclasses import replace

from mcuq.graph import Graph
from mcuq.importers.simplify.rewrite import rebuilt


def share_constants(graph: Graph) -> Graph:
    """The graph with one tensor for all constants of the same values, shape and kind."""
    first: dict[tuple[object, ...], str] = {}
    names: dict[str, str] = {}
    for tensor in graph.tensors.values():
        if tensor.data is not None:
            key = (tensor.element, tensor.shape, tensor.data.tobytes())
            names[tensor.name] = first.setdefault(key, tensor.name)
    ops = {
        op.name: replace(op, inputs=tuple(names.get(name, name) for name in op.inputs))
        for op in graph.ops
    }
    return rebuilt(graph, ops)
