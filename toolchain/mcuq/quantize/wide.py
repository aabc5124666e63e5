"""int16 activations with int8 weights (16x8): who has that form, and the tables it needs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mcuq.errors import UsageError
from mcuq.graph import Graph, Op, OpKind
from mcuq.numeric import round_half_away

Int16s = npt.NDArray[np.int16]

_LOOKUP_STEPS = 512
_EXP_FLOOR = -10.0
NO_WIDE_FORM = frozenset(
    {OpKind.RELU, OpKind.RELU6, OpKind.LOGISTIC, OpKind.TANH, OpKind.HARD_SWISH}
)
"""Operators that TFLite Micro or mcuq computes on int8 only."""


def check_wide(graph: Graph, bits: int) -> None:
    """Raises UsageError where an activation width does not exist, or not for an operator."""
    if bits != 16:
        raise UsageError(f"{bits}-bit activations do not exist", "use 8 or 16 bits")
    for op in graph.ops:
        check_wide_op(op)


def check_wide_op(op: Op) -> None:
    """Raises UsageError where an operator has no form with int16 activations."""
    if op.kind in NO_WIDE_FORM:
        raise UsageError(
            f"{op.kind} '{op.name}' has no form with 16-bit activations",
            "use 8 bits, or an activation that is fused into the layer before",
        )


def interpolated_table(
    function: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]], low: float, high: float
) -> Int16s:
    """513 entries of `function` on [low, high] for 7-bit linear interpolation, outputs in Q0.15.

    Each entry gives up half of the interpolation's error at the middle of its step; in float32, as
    TFLite Micro's `gen_lut` does it.
    """
    single = np.float32
    step = single(single(high - low) / single(_LOOKUP_STEPS))
    starts = single(low) + np.arange(_LOOKUP_STEPS, dtype=single) * step
    nexts = single(low) + np.arange(1, _LOOKUP_STEPS + 1, dtype=single) * step

    def at(x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return function(x.astype(np.float64)).astype(single) * single(32768)

    samples = round_half_away(at(starts))
    between = round_half_away((at(nexts) + samples) / single(2))
    bias = round_half_away((between - round_half_away(at(starts + step / single(2)))) / single(2))
    last = round_half_away(at(np.array([high], single)))
    table = np.concatenate([samples - bias, last])
    stored: Int16s = np.clip(table, -32768, 32767).astype(np.int16)
    return stored


def exp_table() -> Int16s:
    """exp on [-10, 0]."""
    return interpolated_table(np.exp, _EXP_FLOOR, 0.0)


def reciprocal_table() -> Int16s:
    """1 / (1 + x) on [0, 1]."""
    return interpolated_table(lambda x: 1.0 / (1.0 + x), 0.0, 1.0)


def lookup_interpolated(table: Int16s, x: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The table's value at int16 `x`: nine bits choose the entry, seven interpolate."""
    index = 256 + (x >> 7)
    base = table.astype(np.int64)[index]
    slope = table.astype(np.int64)[index + 1] - base
    result: npt.NDArray[np.int64] = base + ((slope * (x & 0x7F) + 64) >> 7)
    return result
