"""First and second moments of a layer's input patches: all that the rounding methods look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.interpret.samples import Samples
from mcuq.ptq.candidates.layer import Floats, LayerShape

Float64 = npt.NDArray[np.float64]

_BLOCK = 1 << 22
"""Elements of patches at a time."""


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
        crossed = self.mean_float[:, :, None] * self.mean[:, None, :]
        return Moments(self.mean_float, self.mean, self.gram - outer, self.cross - crossed)


def measure(layer: LayerShape, float_input: Samples, seen_input: Samples) -> Moments:
    """Moments over all samples and positions.

    Args:
        layer: the operator.
        float_input: real input activations of the float model, (N, …); read block by block.
        seen_input: the same of the model with a quantized prefix, or `float_input` itself.
    """
    size = layer.patches(float_input[:1])
    groups, positions, inputs = size.shape
    step = max(1, _BLOCK // (groups * positions * inputs))
    same = seen_input is float_input
    total = [np.zeros((groups, inputs)) for _ in range(2)]
    gram, cross = np.zeros((groups, inputs, inputs)), np.zeros((groups, inputs, inputs))
    for start in range(0, len(float_input), step):
        part = slice(start, min(start + step, len(float_input)))
        x = _patches(layer, float_input, part)
        seen = x if same else _patches(layer, seen_input, part)
        total[0] += x.sum(axis=1, dtype=np.float64)
        total[1] += seen.sum(axis=1, dtype=np.float64)
        gram += seen.transpose(0, 2, 1) @ seen
        if not same:
            cross += x.transpose(0, 2, 1) @ seen
        del x, seen  # before the next ones are made beside them
    count = len(float_input) * positions
    return Moments(
        total[0] / count, total[1] / count, gram / count, (gram if same else cross) / count
    )


def _patches(layer: LayerShape, samples: Samples, part: slice) -> Floats:
    """`layer.patches` of these samples, put together from a few at a time: where a layer strides
    over its input, that is many times as large as the patches."""
    first = samples[part.start : part.start + 1]
    each = max(1, _BLOCK // (4 * max(1, first.size)))
    groups, positions, inputs = layer.patches(first).shape
    found = np.empty((groups, positions * (part.stop - part.start), inputs), first.dtype)
    for start in range(part.start, part.stop, each):
        stop = min(start + each, part.stop)
        rows = slice((start - part.start) * positions, (stop - part.start) * positions)
        found[:, rows] = layer.patches(samples[start:stop])
    return found


def damped(gram: Float64, damping: float) -> Float64:
    """`gram` plus a share of its mean diagonal, so that it can be inverted.

    Inputs that hardly vary leave rounding errors larger than their second moments: eigenvalues
    below zero are lifted above it as well.
    """
    inputs = gram.shape[-1]
    diagonal = np.einsum("gii->gi", gram).mean(axis=1)
    lowest = np.linalg.eigvalsh(gram)[:, 0]
    added = np.where(diagonal > 0, damping * diagonal, 1.0) + 2 * np.maximum(-lowest, 0.0)
    result: Float64 = gram + added[:, None, None] * np.eye(inputs)
    return result
