"""int16 activations with int8 weights (16x8): what exists, and operators spelled out for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from mcuq.errors import UsageError
from mcuq.graph import Graph, Op, Tensor
from mcuq.numeric.activation import Activation
from mcuq.ops.binary import ADD, MUL, BinaryAttrs
from mcuq.ops.operator import NoForm
from mcuq.ops.unary import HARD_SWISH


def check_width(bits: int) -> None:
    """Raises UsageError for an activation width that does not exist."""
    if bits not in (8, 16):
        raise UsageError(f"{bits}-bit activations do not exist", "use 8 or 16 bits")


def check_int16(ops: Iterable[Op]) -> None:
    """Raises UsageError where an operator has no form with int16 activations."""
    for op in ops:
        if isinstance(op.kind.int16, NoForm) and op.kind is not HARD_SWISH:
            raise UsageError(
                f"{op.kind} '{op.name}' has no form with 16-bit activations in TFLite Micro",
                op.kind.int16.reason,
            )


def spelled_out(graph: Graph) -> tuple[Graph, dict[str, float]]:
    """The graph with each HARD_SWISH as three operators that exist with int16 activations.

    x × relu6(x + 3) / 6: an ADD of 3 with RELU6, a MUL by 1/6, a MUL by x.

    Returns:
        The graph, and the largest value of each activation that was put in; its smallest is 0.
    """
    tensors, ops, largest = dict(graph.tensors), list[Op](), dict[str, float]()
    for op in graph.ops:
        if op.kind is not HARD_SWISH:
            ops.append(op)
            continue
        gate, share = f"{op.output}#gate", f"{op.output}#share"
        largest |= {gate: 6.0, share: 1.0}
        shape = tensors[op.output].shape
        three, sixth = f"{op.output}#three", f"{op.output}#sixth"
        tensors |= {name: Tensor(name, shape) for name in (gate, share)}
        for name, value in ((three, 3.0), (sixth, 1 / 6)):
            tensors[name] = Tensor(name, (1,), np.array([value], np.float32))
        clamp = BinaryAttrs(Activation.RELU6)
        ops += [
            Op(ADD, gate, (op.inputs[0], three), (gate,), clamp),
            Op(MUL, share, (gate, sixth), (share,), BinaryAttrs()),
            Op(MUL, op.name, (op.inputs[0], share), op.outputs, BinaryAttrs()),
        ]
    return replace(graph, tensors=tensors, ops=tuple(ops)), largest
