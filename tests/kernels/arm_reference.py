"""Exact integers of CMSIS-NN's layers, by NumPy and mcuq.numeric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.numeric import multiply_by_quantized_multiplier, multiply_int64
from mcuq.ops.int16_tables import sigmoid_table

Int64 = npt.NDArray[np.int64]
INT16 = (-32768, 32767)


def rescaled(sums: Any, multiplier: Any, shift: Any) -> Int64:
    """int32 sums, two roundings."""
    return multiply_by_quantized_multiplier(np.asarray(sums, np.int64), multiplier, shift)


def rescaled64(sums: Any, multiplier: Any, shift: Any) -> Int64:
    """int64 sums, one rounding by a 15-bit factor."""
    return multiply_int64(np.asarray(sums, np.int64), multiplier, shift)


def windows(
    x: npt.NDArray[Any], kernel: Sequence[int], stride: int, padding: int, outputs: Sequence[int]
) -> Int64:
    """Windows of images (N, H, W, C), zeros around them: (N, *outputs, *kernel, C)."""
    around = (padding, padding + 16 * stride)
    padded = np.pad(x.astype(np.int64), ((0, 0), around, around, (0, 0)))
    found = np.zeros((x.shape[0], *outputs, *kernel, x.shape[3]), np.int64)
    for i in range(outputs[0]):
        for j in range(outputs[1]):
            top, left = i * stride, j * stride
            found[:, i, j] = padded[:, top : top + kernel[0], left : left + kernel[1]]
    return found


def activation_s16(x: Any, left_shift: int, tanh: bool) -> Int64:
    """LOGISTIC or TANH of x × 2^left_shift / 4096 in Q0.15, by TFLite Micro's table."""
    wide = np.asarray(x, np.int64) * (3 << max(left_shift, 0))
    if left_shift < 0:
        wide = (wide + (1 << (-left_shift - 1))) >> -left_shift
    table = sigmoid_table().astype(np.int64)
    bits = 8 if tanh else 9
    index, part = np.abs(wide) >> bits, np.abs(wide) & ((1 << bits) - 1)
    start = table[np.minimum(index, 254)]
    value = (start << bits) + part * (table[np.minimum(index, 254) + 1] - start)
    value = np.where(index >= 255, (0xFFFF << 8) if tanh else (0x7FFF << 10), value)
    if tanh:
        centred = value - (1 << 23)
        return np.where(wide < 0, 127 - centred, centred + 128) >> 8
    return np.where(wide < 0, (1 << 25) - value + 511, value + 512) >> 10


@dataclass(frozen=True)
class Gate:
    """One gate of an LSTM: int8 weights (hidden, values), biases, a rescaling of each part."""

    inputs: npt.NDArray[np.int8]
    input_bias: npt.NDArray[Any]
    input_scale: tuple[int, int]
    hidden: npt.NDArray[np.int8]
    hidden_bias: npt.NDArray[Any]
    hidden_scale: tuple[int, int]
    tanh: bool

    def __call__(self, x: Int64, hidden: Int64 | None, wide: bool) -> Int64:
        """For rows of inputs and of hidden states, None for the first ones."""
        rescale = rescaled64 if wide else rescaled
        value = rescale(x @ self.inputs.T.astype(np.int64) + self.input_bias, *self.input_scale)
        value = np.clip(value, *INT16)
        if hidden is not None:
            sums = hidden @ self.hidden.T.astype(np.int64) + self.hidden_bias
            value = np.clip(value + rescale(sums, *self.hidden_scale), *INT16)
        return activation_s16(value, 0, self.tanh)


@dataclass(frozen=True)
class Lstm:
    """An LSTM's gates (forget, input, cell, output) and scales."""

    gates: tuple[Gate, Gate, Gate, Gate]
    forget_scale: tuple[int, int]
    input_scale: tuple[int, int]
    clip: int
    power: int
    output_scale: tuple[int, int]
    output_offset: int
    wide: bool

    def __call__(
        self, x: npt.NDArray[Any], cell: Int64, hidden: Int64 | None
    ) -> tuple[Int64, Int64]:
        """x: (time, batch, values). Returns all outputs (time, batch, hidden), the last cells."""
        low, high = INT16 if self.wide else (-128, 127)
        outputs = []
        for step in x.astype(np.int64):
            forget, enter, new, leave = (gate(step, hidden, self.wide) for gate in self.gates)
            cell = np.clip(rescaled(forget * cell, *self.forget_scale), *INT16)
            added = rescaled(enter * new, *self.input_scale)
            cell = np.clip(cell + added, -self.clip, self.clip)
            shown = leave * activation_s16(cell, self.power + 12, True)
            hidden = np.clip(rescaled(shown, *self.output_scale) + self.output_offset, low, high)
            outputs.append(hidden)
        return np.stack(outputs), cell
