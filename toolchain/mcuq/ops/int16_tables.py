"""Interpolated tables of functions for int16 activations, as TFLite Micro fills them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mcuq.numeric import round_half_away
from mcuq.numeric.elementary import exp

Int16s = npt.NDArray[np.int16]

_LOOKUP_STEPS = 512
_EXP_FLOOR = -10.0
_SIGMOID_ENTRIES = 256
_SIGMOID_STEPS = 24.0
SIGMOID_UNIT = 3 * 4096
"""Steps that LOGISTIC and TANH bring their argument to, in one."""


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
    return interpolated_table(exp, _EXP_FLOOR, 0.0)


def reciprocal_table() -> Int16s:
    """1 / (1 + x) on [0, 1]."""
    return interpolated_table(lambda x: 1.0 / (1.0 + x), 0.0, 1.0)


def sigmoid_table() -> npt.NDArray[np.uint16]:
    """256 entries of 1 / (1 + exp(-i / 24)) in Q0.16, for linear interpolation: LOGISTIC, TANH.

    Each entry is raised by half of the interpolation's error at the middle of its step.
    """

    def at(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return 65536 / (1 + exp(-x / _SIGMOID_STEPS))

    starts = np.arange(_SIGMOID_ENTRIES, dtype=np.float64)
    error = at(starts + 0.5) - (at(starts) + at(starts + 1)) / 2
    table = np.rint(at(starts) + error / 2).astype(np.uint16)
    # Beyond the table values are one: its last entry is as near as 16 bits come.
    table[-1] = 65535
    return table


def sigmoid_factor(scale: float) -> tuple[int, int]:
    """(multiplier, shift): x × multiplier / 2^shift is x × scale in steps of 1 / SIGMOID_UNIT.

    As TFLite Micro computes them. A multiplier takes 16 bits at most, so that no product leaves
    int32; more would only be needed where a single step of x saturates the function.
    """
    if scale == 1 / 4096:
        return SIGMOID_UNIT // 4096, 0
    multiplier, shift = scale * SIGMOID_UNIT, 0
    while multiplier <= 32767 / 2 and shift <= 30:
        multiplier, shift = multiplier * 2, shift + 1
    return min(int(multiplier), 65535), shift


def lookup_interpolated(table: Int16s, x: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The table's value at int16 `x`: nine bits choose the entry, seven interpolate."""
    index = 256 + (x >> 7)
    base = table.astype(np.int64)[index]
    slope = table.astype(np.int64)[index + 1] - base
    result: npt.NDArray[np.int64] = base + ((slope * (x & 0x7F) + 64) >> 7)
    return result
