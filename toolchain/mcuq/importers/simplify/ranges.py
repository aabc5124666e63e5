"""Ranges that a file stores, given to the tensors that layers compute.

A front door states a stored range on a RESHAPE that changes nothing, behind the tensor it belongs
to: other readers of that tensor may see it unclipped. Where there are none, the range moves up.
"""

from __future__ import annotations

from dataclasses import replace

from mcuq.graph import Graph, Op
from mcuq.importers.simplify.rewrite import Uses, rebuilt
from mcuq.ops.movement import PAD, RESHAPE, SQUEEZE, TRANSPOSE
from mcuq.ops.slicing import STRIDED_SLICE
from mcuq.ops.unary import RELU, RELU6

_COMMUTES = frozenset({RESHAPE, SQUEEZE, TRANSPOSE, PAD, STRIDED_SLICE})
"""Operators before which a clip is as good as behind them; a range holds 0, which PAD adds."""
_CLAMPS = frozenset({RELU, RELU6, RESHAPE})
"""What a front door writes for a quantization."""


def raise_ranges(graph: Graph) -> Graph:
    """Every range as near to the layer that computes the values as it can be."""
    if not graph.ranges:
        return graph
    graph = _merged(graph)
    for op in reversed(graph.ops):
        graph = _raised(graph, op)
    return _without_copies(graph)


def _merged(graph: Graph) -> Graph:
    """A tensor that is quantized alike for each of its readers is quantized once."""
    first: dict[tuple[object, ...], str] = {}
    instead: dict[str, str] = {}
    for op in graph.ops:
        if op.kind in _CLAMPS and op.output not in graph.outputs:
            source = instead.get(op.inputs[0], op.inputs[0])
            key = (op.kind, source, op.attrs, graph.ranges.get(op.output))
            kept = first.setdefault(key, op.output)
            if kept != op.output:
                instead[op.output] = kept
    return _reading(graph, instead)


def _raised(graph: Graph, op: Op) -> Graph:
    """The range of a result on its source, where only this operator reads that."""
    span, source = graph.ranges.get(op.output), op.inputs[0]
    if span is None or op.kind not in _COMMUTES or Uses(graph).only_reader(source) is None:
        return graph
    ranges = {name: each for name, each in graph.ranges.items() if name != op.output}
    low, high = ranges.get(source, span)
    ranges[source] = (max(low, span[0]), min(high, span[1]))
    return replace(graph, ranges=ranges)


def _without_copies(graph: Graph) -> Graph:
    """Copies whose range has moved, or is no narrower than their source's, are left out."""
    instead: dict[str, str] = {}
    for op in graph.ops:
        if not _is_copy(graph, op) or op.output in graph.outputs:
            continue
        source = instead.get(op.inputs[0], op.inputs[0])
        span, own = graph.ranges.get(op.output), graph.ranges.get(source)
        implied = own is not None and span is not None and span[0] <= own[0] and own[1] <= span[1]
        if span is None or implied:
            instead[op.output] = source
    return _reading(graph, instead)


def _is_copy(graph: Graph, op: Op) -> bool:
    shapes = [graph.tensors[name].shape for name in (op.inputs[0], op.output)]
    return op.kind is RESHAPE and shapes[0] == shapes[1]


def _reading(graph: Graph, instead: dict[str, str]) -> Graph:
    """The graph without the operators that write `instead`'s keys; readers read its values."""
    replacements: dict[str, Op | None] = {}
    for op in graph.ops:
        inputs = tuple(instead.get(name, name) for name in op.inputs)
        if op.output in instead:
            replacements[op.name] = None
        elif inputs != op.inputs:
            replacements[op.name] = replace(op, inputs=inputs)
    return rebuilt(graph, replacements)
