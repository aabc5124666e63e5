"""Two graphs that are to compute the same, on the samples of a user."""

from __future__ import annotations

from collections.abc import Sequence

from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.witness.excess import Excess, measured
from mcuq.witness.outside import Reals
from mcuq.witness.rounding import float_rounding


def compare_graphs(before: Graph, after: Graph, inputs: Sequence[Reals]) -> Excess:
    """The output that differs most, measured by what rounding moves `before` by.

    Args:
        inputs: float32 (samples, …), one an input of both graphs.
    """
    ours, theirs = run_float(before, inputs), run_float(after, inputs)
    moved = run_float(before, inputs, disturb=float_rounding(before))
    parts = [measured(ours[name], moved[name], theirs[name]) for name in before.outputs]
    return max(parts, key=lambda part: part.share)
