"""int16 activations with int8 weights (16x8): what exists, and operators spelled out for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from mcuq.errors import UsageError
from mcuq.graph import Graph, Op, Tensor
from mcuq.ops.gathering import GATHER
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.ops.padding import MIRROR_PAD
from mcuq.quantize.int16_functions import FUNCTIONS, function_spelled_out
from mcuq.quantize.int16_movement import gathered, mirrored, reads_as_stated
from mcuq.quantize.joins import Range


def check_width(bits: int) -> None:
    """Raises UsageError for an activation width that does not exist."""
    if bits not in (8, 16):
        raise UsageError(f"{bits}-bit activations do not exist", "use 8 or 16 bits")


def check_int16(ops: Iterable[Op]) -> None:
    """Raises UsageError where an operator has no form with int16 activations."""
    for op in ops:
        if isinstance(op.kind.int16, NoForm):
            raise UsageError(
                f"{op.kind} '{op.name}' has no form with 16-bit activations in TFLite Micro",
                op.kind.int16.reason,
            )


@dataclass(frozen=True)
class SpelledOut:
    """A graph of operators that exist with int16 activations.

    Attributes:
        graph: it.
        known: activations that were put in → their range.
        source: other activations that were put in → the one of which they hold values.
    """

    graph: Graph
    known: dict[str, Range] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)


def spelled_out(graph: Graph) -> SpelledOut:
    """The graph with each operator of `SPELLED_OUT` as others."""
    tensors, ops, result = dict(graph.tensors), list[Op](), SpelledOut(graph)
    for op in graph.ops:
        if (spelling := function_spelled_out(op, tensors)) is not None:
            ops += spelling.ops
            result.known.update(spelling.known)
            result.source.update(spelling.source)
        elif op.kind in _MOVED and reads_as_stated(op, tensors):
            new = list(_MOVED[op.kind](op, tensors))
            ops += new
            result.source.update({each.output: op.inputs[0] for each in new[:-1]})
        else:
            ops.append(op)
    return replace(result, graph=replace(graph, tensors=tensors, ops=tuple(ops)))


_MOVED: dict[AnyOperator, Callable[[Op, dict[str, Tensor]], Iterator[Op]]] = {
    GATHER: gathered,
    MIRROR_PAD: mirrored,
}
SPELLED_OUT = frozenset({*FUNCTIONS, *_MOVED})
"""Operators without a form with int16 activations, for which others stand."""
