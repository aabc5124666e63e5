"""Inputs that must not take the scale of what joins them, because others read them too.

CONCATENATION, MINIMUM and MAXIMUM join their inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mcuq.graph import Graph, Op, Tensor
from mcuq.numeric.element import Element
from mcuq.quantize.settings import RANGES

Range = tuple[float, float]
Spans = Callable[[str], Range]
"""Range of an activation on its own, by name."""


@dataclass(frozen=True)
class _Families:
    """Tensors that hold the same values: a value and its views, named by the first.

    Attributes:
        root: activation → its family.
        readers: family → outputs of the operators that read it, views left out; "" for the caller,
            of a state what it reads.
    """

    root: Mapping[str, str]
    readers: Mapping[str, frozenset[str]]


def dragged_inputs(graph: Graph, span: Spans) -> frozenset[tuple[str, int]]:
    """(output, number) of each joining operator's inputs that need a rescaled copy.

    An input is dragged where the joined range is more than `RANGES.drag_limit` times its own and
    something else reads it as well. Where nothing else does, a copy would gain nothing. Where its
    own is as much wider than the result, the copy keeps the resolution of the other inputs.
    """
    families = _families(graph)
    spans: dict[str, Range] = {}

    def range_of(name: str) -> Range:
        root = families.root[name]
        data = graph.tensors[root].data
        if data is not None:
            return float(data.min(initial=0.0)), float(data.max(initial=0.0))
        return spans[root] if root in spans else span(root)

    found = set()
    for op in graph.ops:
        values = operands(op, graph.tensors)
        if not op.kind.scale.joined or not values:
            continue
        parts = {name: range_of(name) for name in values}
        joined = op.kind.scale.reached(list(parts.values()))
        computed = [name for name in values if graph.tensors[name].data is None]
        spans[op.output] = joined
        for number, name in enumerate(op.inputs):
            if name not in parts:
                continue
            own = parts[name]
            others = families.readers[families.root[name]] - {op.output}
            apart = _drags(joined, own) or (len(computed) > 1 and _drags(own, joined))
            if others and name in computed and apart:
                found.add((op.output, number))
    return frozenset(found)


def _drags(joined: Range, own: Range) -> bool:
    return 0.0 < width(own) * RANGES.drag_limit < width(joined)


def width(span: Range) -> float:
    """Of a range, with the zero that every integer range holds."""
    return max(span[1], 0.0) - min(span[0], 0.0)


def _families(graph: Graph) -> _Families:
    root: dict[str, str] = {}
    readers: dict[str, set[str]] = {}

    def read(name: str, by: str) -> None:
        readers.setdefault(root.setdefault(name, name), set()).add(by)

    for op in graph.ops:
        if op.kind.scale.same:
            root[op.output] = root.setdefault(op.inputs[0], op.inputs[0])
            continue
        for name in operands(op, graph.tensors):
            read(name, op.output)
    for name in graph.outputs:
        read(name, "")
    for state in graph.states:
        read(state.written, state.read)
    return _Families(root, {name: frozenset(by) for name, by in readers.items()})


def operands(op: Op, tensors: Mapping[str, Tensor]) -> tuple[str, ...]:
    """The inputs that are quantized as activations: real numbers, no filters."""
    names = op.inputs[:1] if op.kind.weighted else op.inputs
    return tuple(name for name in names if tensors[name].element is Element.REAL)
