"""How far float32 rounding moves a model's values: what a difference is measured against.

Monte Carlo arithmetic (D. S. Parker, "Monte Carlo Arithmetic: exploiting randomness in floating
point arithmetic", 1997): the graph is computed a second time, and everything an operator reads is
changed at random by as much as its own rounding would. Where a model is well-conditioned its
outputs hardly move; where it cancels large numbers they move a lot, as they do from one correct
implementation to the other.
"""

from __future__ import annotations

import math

import numpy as np

from mcuq.graph import Graph, Op
from mcuq.interpret.float.run import Disturbance
from mcuq.ops.mean import MeanAttrs
from mcuq.ops.operand import Operand
from mcuq.ops.pooling import PoolAttrs
from mcuq.ops.weighted import DEPTHWISE_CONV_2D

UNIT = 2.0**-24
"""Relative rounding of one float32 operation."""


def float_rounding(graph: Graph, seed: int = 0) -> Disturbance:
    """Relative changes of `UNIT` times the root of the number of terms that an operator adds."""
    rng = np.random.default_rng(seed)

    def disturb(op: Op, operands: list[Operand]) -> list[Operand]:
        size = UNIT * math.sqrt(terms(graph, op))
        return [Operand(_changed(one, size, rng), one.constant) for one in operands]

    return disturb


def grid_rounding(graph: Graph, steps: dict[str, float], seed: int) -> Disturbance:
    """Changes of up to half a step of the integers that a file stores an activation as.

    Args:
        steps: activation → the real number between two integers.
    """
    rng = np.random.default_rng(seed)

    def disturb(op: Op, operands: list[Operand]) -> list[Operand]:
        return [
            Operand(
                (x.values + half * rng.uniform(-1, 1, x.values.shape)).astype(np.float32),
                x.constant,
            )
            if (half := steps.get(name, 0.0) / 2)
            else x
            for name, x in zip(op.inputs, operands, strict=True)
        ]

    return disturb


def terms(graph: Graph, op: Op) -> int:
    """How many numbers an operator adds up for one value."""
    if op.kind.weighted:
        shape = graph.tensors[op.inputs[1]].shape
        return max(1, math.prod(shape[1:3] if op.kind is DEPTHWISE_CONV_2D else shape[1:]))
    if isinstance(op.attrs, MeanAttrs):
        sizes = graph.tensors[op.inputs[0]].shape
        return max(1, math.prod(sizes[axis] for axis in op.attrs.axes))
    if isinstance(op.attrs, PoolAttrs):
        return max(1, math.prod(op.attrs.filter))
    return 1


def _changed(
    operand: Operand, size: float, rng: np.random.Generator
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    noise = rng.standard_normal(operand.values.shape, np.float32) * np.float32(size)
    return operand.values + operand.values * noise
