"""int16 activations with int8 weights (16x8): what exists, and operators spelled out for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from mcuq.errors import UsageError
from mcuq.graph import Graph, Op, Tensor
from mcuq.numeric.activation import Activation
from mcuq.ops.binary import ADD, MUL, BinaryAttrs
from mcuq.ops.gathering import GATHER
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.ops.padding import MIRROR_PAD
from mcuq.ops.unary import HARD_SWISH
from mcuq.quantize.int16_movement import gathered, mirrored, reads_as_stated


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
        largest: activations that were put in → their largest value; the smallest is 0.
        source: other activations that were put in → the one of which they hold values.
    """

    graph: Graph
    largest: dict[str, float] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)


def spelled_out(graph: Graph) -> SpelledOut:
    """The graph with each operator of `SPELLED_OUT` as others."""
    tensors, ops, result = dict(graph.tensors), list[Op](), SpelledOut(graph)
    for op in graph.ops:
        if op.kind is HARD_SWISH:
            ops += _hard_swish(op, tensors)
            result.largest.update({f"{op.output}#gate": 6.0, f"{op.output}#share": 1.0})
        elif op.kind in _MOVED and reads_as_stated(op, tensors):
            new = list(_MOVED[op.kind](op, tensors))
            ops += new
            result.source.update({each.output: op.inputs[0] for each in new[:-1]})
        else:
            ops.append(op)
    return replace(result, graph=replace(graph, tensors=tensors, ops=tuple(ops)))


def _hard_swish(op: Op, tensors: dict[str, Tensor]) -> list[Op]:
    """x × relu6(x + 3) / 6: an ADD of 3 with RELU6, a MUL by 1/6, a MUL by x."""
    gate, share = f"{op.output}#gate", f"{op.output}#share"
    shape = tensors[op.output].shape
    three, sixth = f"{op.output}#three", f"{op.output}#sixth"
    tensors.update({name: Tensor(name, shape) for name in (gate, share)})
    for name, value in ((three, 3.0), (sixth, 1 / 6)):
        tensors[name] = Tensor(name, (1,), np.array([value], np.float32))
    clamp = BinaryAttrs(Activation.RELU6)
    return [
        Op(ADD, gate, (op.inputs[0], three), (gate,), clamp),
        Op(MUL, share, (gate, sixth), (share,), BinaryAttrs()),
        Op(MUL, op.name, (op.inputs[0], share), op.outputs, BinaryAttrs()),
    ]


_MOVED: dict[AnyOperator, Callable[[Op, dict[str, Tensor]], Iterator[Op]]] = {
    GATHER: gathered,
    MIRROR_PAD: mirrored,
}
SPELLED_OUT = frozenset({HARD_SWISH, *_MOVED})
"""Operators without a form with int16 activations, for which others stand."""
