"""First and second moments of a layer's input patches: all that the rounding methods look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.interpret.samples import Samples
from mcuq.numeric.products import any_order, on_grid
from mcuq.ptq.candidates.layer import Floats, LayerShape

Float64 = npt.NDArray[np.float64]

_BLOCK = 1 << 22
"""Elements of patches at a time."""
_BITS = 20
"""Of an activation: 16 times finer than int16 holds it. Sums of 2^13 products are exact then."""
_ROUNDING = 2.0**-50
_INT64_BITS, _MANTISSA = 62, 53


@dataclass(frozen=True, eq=False)
class Moments(ByContent):
    """Of patches x of the float model and x̃ of the (partly) quantized one, per group.

    Attributes:
        mean_float: E[x], (groups, inputs).
        mean: E[x̃], (groups, inputs).
        gram: E[x̃ x̃ᵀ], (groups, inputs, inputs).
        cross: E[x x̃ᵀ], (groups, inputs, inputs).
    """

    mean_float: Float64
    mean: Float64
    gram: Float64
    cross: Float64

    def centred(self) -> Moments:
        """Covariances instead of raw moments: what is left once a bias absorbs the means."""
        outer = self.mean[:, :, None] * self.mean[:, None, :]
        inputs = outer.shape[1]
        # No input varies less than by what rounding may have left of it: no eigenvalue below 0.
        left = _ROUNDING * inputs * np.abs(outer).max(axis=(1, 2), keepdims=True)
        crossed = self.mean_float[:, :, None] * self.mean[:, None, :]
        return Moments(
            self.mean_float,
            self.mean,
            self.gram - outer + left * np.eye(inputs),
            self.cross - crossed,
        )


def measure(layer: LayerShape, float_input: Samples, seen_input: Samples) -> Moments:
    """Moments over all samples and positions.

    Args:
        layer: the operator.
        float_input: real input activations of the float model, (N, …); read block by block.
        seen_input: the same of the model with a quantized prefix, or `float_input` itself.
    """
    groups, positions, inputs = layer.patches(float_input[:1]).shape
    step = max(1, _BLOCK // (groups * positions * inputs))
    count = len(float_input) * positions
    bits = min(_BITS, (_INT64_BITS - count.bit_length()) // 2)
    same = seen_input is float_input
    x_grid = _Grid.of(float_input, bits)
    seen_grid = x_grid if same else _Grid.of(seen_input, bits)
    sums = _Sums(groups, inputs, bits, same)
    for start in range(0, len(float_input), step):
        part = slice(start, min(start + step, len(float_input)))
        x = _patches(layer, float_input, part, x_grid)
        seen = x if same else _patches(layer, seen_input, part, seen_grid)
        sums.add(x, seen)
        del x, seen  # before the next ones are made beside them
    x_unit, unit = x_grid.unit / count, seen_grid.unit / count
    gram, cross = sums.gram * (unit * seen_grid.unit), sums.cross * (unit * x_grid.unit)
    return Moments(sums.x * x_unit, sums.seen * unit, gram, cross)


@dataclass(frozen=True)
class _Grid:
    """Values as whole numbers, so that their sums are the same in any order.

    A layer reads its input in 2^8 or 2^16 steps of one size; what lies far below such a step is
    not to be seen there.
    """

    bits: int
    largest: float

    @classmethod
    def of(cls, samples: Samples, bits: int) -> _Grid:
        step = max(1, _BLOCK // max(1, samples[:1].size))
        parts = (samples[start : start + step] for start in range(0, len(samples), step))
        return cls(bits, max(float(np.abs(part).max(initial=0.0)) for part in parts))

    @property
    def unit(self) -> float:
        return on_grid(np.zeros(0), self.bits, self.largest)[1]

    def numbers(self, values: Floats) -> npt.NDArray[np.float32]:
        return on_grid(values, self.bits, self.largest)[0].astype(np.float32)


class _Sums:
    """Sums over positions of whole numbers, so many at a time as float64 adds exactly.

    Attributes:
        x: Σ x, (groups, inputs).
        seen: Σ x̃, (groups, inputs).
        gram: Σ x̃ x̃ᵀ, (groups, inputs, inputs).
        cross: Σ x x̃ᵀ, (groups, inputs, inputs).

    Args:
        bits: of the numbers.
        same: whether x̃ is x.
    """

    def __init__(self, groups: int, inputs: int, bits: int, same: bool) -> None:
        self._step = (1 << (_MANTISSA - 2 * bits)) - 1
        self.seen = np.zeros((groups, inputs), np.int64)
        self.gram = np.zeros((groups, inputs, inputs), np.int64)
        self.x = self.seen if same else np.zeros_like(self.seen)
        self.cross = self.gram if same else np.zeros_like(self.gram)

    def add(self, x: Floats, seen: Floats) -> None:
        """Patches (groups, positions, inputs) each."""
        for start in range(0, x.shape[1], self._step):
            part = slice(start, start + self._step)
            right = seen[:, part].astype(np.float64)
            self.seen += _column_sums(right)
            self.gram += any_order(right.transpose(0, 2, 1), right).astype(np.int64)
            if self.gram is not self.cross:
                left = x[:, part].astype(np.float64)
                self.x += _column_sums(left)
                self.cross += any_order(left.transpose(0, 2, 1), right).astype(np.int64)


def _column_sums(values: Float64) -> npt.NDArray[np.int64]:
    """Of each matrix of (matrices, rows, columns): as a product, which is faster than `sum`."""
    return any_order(np.ones((1, 1, values.shape[1])), values)[:, 0].astype(np.int64)


def _patches(layer: LayerShape, samples: Samples, part: slice, grid: _Grid) -> Floats:
    """`layer.patches` of these samples, put together from a few at a time: where a layer strides
    over its input, that is many times as large as the patches."""
    first = samples[part.start : part.start + 1]
    each = max(1, _BLOCK // (4 * max(1, first.size)))
    groups, positions, inputs = layer.patches(first).shape
    found = np.empty((groups, positions * (part.stop - part.start), inputs), np.float32)
    for start in range(part.start, part.stop, each):
        stop = min(start + each, part.stop)
        rows = slice((start - part.start) * positions, (stop - part.start) * positions)
        found[:, rows] = layer.patches(grid.numbers(samples[start:stop]))
    return found


def damped(gram: Float64, damping: float) -> Float64:
    """`gram` plus a share of its mean diagonal, so that it can be inverted."""
    inputs = gram.shape[-1]
    diagonal = np.diagonal(gram, axis1=1, axis2=2).mean(axis=1)
    added = np.where(diagonal > 0, damping * diagonal, 1.0)
    result: Float64 = gram + added[:, None, None] * np.eye(inputs)
    return result
