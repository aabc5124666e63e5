"""Operators that move values, within what TensorFlow Lite Micro's kernels take.

See `mcuq.graph.fitting`; of transposes, `collapse`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mcuq.graph import Graph, Op
from mcuq.graph.fitting import fitting
from mcuq.importers.simplify.collapse import collapse_transposes


def within_limits(graph: Graph) -> tuple[Graph, Mapping[str, str]]:
    """The graph, and the result of the operator in whose place each new tensor stands."""
    before = graph.tensors
    graph = collapse_transposes(graph)
    origin: dict[str, str] = {}
    for op in reversed(graph.ops):
        new_inputs = [name for name in op.inputs if name not in before]
        origin |= dict.fromkeys(new_inputs, origin.get(op.output, op.output))
    tensors, ops = dict(graph.tensors), list[Op]()
    for op in graph.ops:
        for new in fitting(op, tensors):
            ops.append(new)
            if new.output != op.output:
                origin[new.output] = op.output
    return replace(graph, tensors=tensors, ops=tuple(ops)), origin
