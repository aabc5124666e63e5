"""What is joined and taken apart again: a slice of exactly one operand of a CONCATENATION.

The last step of a recurrent layer is such a slice of all its steps. Also operators whose result
nobody reads, which are left when slices go.
"""

from __future__ import annotations

import math
from dataclasses import replace

from mcuq.graph import Graph, Op
from mcuq.importers.simplify.rewrite import Uses, rebuilt
from mcuq.ops.movement import CONCATENATION, RESHAPE, ConcatAttrs, ReshapeAttrs
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs

Span = tuple[int, int]
"""First element and first behind the last, as they are stored."""


def take_parts(graph: Graph) -> Graph:
    """Every slice of one operand as that operand in the slice's shape; no operator for nobody."""
    uses = Uses(graph)
    replacements: dict[str, Op | None] = {}
    for op in graph.ops:
        operand = _operand(graph, uses, op)
        if operand is not None:
            shape = graph.tensors[op.output].shape
            replacements[op.name] = replace(
                op, kind=RESHAPE, inputs=(operand,), attrs=ReshapeAttrs(shape)
            )
    return without_unread(rebuilt(graph, replacements) if replacements else graph)


def without_unread(graph: Graph) -> Graph:
    """The graph without operators that no output depends on."""
    wanted = set(graph.outputs)
    unread: dict[str, Op | None] = {}
    for op in reversed(graph.ops):
        if wanted.isdisjoint(op.outputs):
            unread[op.name] = None
        else:
            wanted.update(op.inputs)
    return rebuilt(graph, unread) if unread else graph


def _operand(graph: Graph, uses: Uses, op: Op) -> str | None:
    """The operand of a CONCATENATION that a slice gives; None where it is none, or no slice."""
    if op.kind is not STRIDED_SLICE or op.output in graph.ranges:
        return None
    assert isinstance(op.attrs, StridedSliceAttrs)
    span = _span(op.attrs, graph.tensors[op.inputs[0]].shape)
    joined = uses.producer(op.inputs[0])
    while joined is not None and joined.kind is RESHAPE and joined.output not in graph.ranges:
        joined = uses.producer(joined.inputs[0])
    if span is None or joined is None or joined.kind is not CONCATENATION:
        return None
    if joined.output in graph.ranges:
        return None
    found = [name for name, part in _parts(graph, joined).items() if part == span]
    return found[0] if found and not graph.tensors[found[0]].is_constant else None


def _span(attrs: StridedSliceAttrs, shape: tuple[int, ...]) -> Span | None:
    """What a slice takes, where that lies together: whole but for one axis, behind axes of 1."""
    cut = [axis for axis, count in enumerate(attrs.lengths) if count != shape[axis]]
    if len(cut) != 1 or attrs.strides[cut[0]] != 1 or math.prod(shape[: cut[0]]) != 1:
        return None
    if any(step != 1 and n != 1 for step, n in zip(attrs.strides, shape, strict=True)):
        return None
    behind = math.prod(shape[cut[0] + 1 :])
    return attrs.begin[cut[0]] * behind, attrs.end[cut[0]] * behind


def _parts(graph: Graph, op: Op) -> dict[str, Span]:
    """Where each operand lies in the result; none where operands are interleaved."""
    assert isinstance(op.attrs, ConcatAttrs)
    if math.prod(graph.tensors[op.output].shape[: op.attrs.axis]) != 1:
        return {}
    found, start = {}, 0
    for name in op.inputs:
        size = graph.tensors[name].size
        found[name] = (start, start + size)
        start += size
    return found
