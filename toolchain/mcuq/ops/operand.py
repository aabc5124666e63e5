"""What a kernel reads: values, and whether they carry samples in front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.numeric.activation import Activation

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Operand(ByContent):
    """An operand's values.

    Attributes:
        values: float32; (N, *shape) for an activation, `shape` for a constant.
        constant: which of the two.
    """

    values: Array
    constant: bool = False

    @property
    def rank(self) -> int:
        """Dimensions of the tensor itself."""
        return self.values.ndim - (not self.constant)

    def images(self) -> Array:
        """A (N, B, H, W, C) activation with samples and batch joined: (N × B, H, W, C)."""
        return self.values.reshape(-1, *self.values.shape[2:])

    def aligned(self, rank: int) -> Array:
        """Values that broadcast against activations of `rank` dimensions behind the samples."""
        shape = self.values.shape
        missing = (1,) * (rank - self.rank)
        if self.constant:
            return self.values.reshape(1, *missing, *shape)
        return self.values.reshape(shape[0], *missing, *shape[1:])


def activate(values: Array, activation: Activation) -> Array:
    """Apply a fused activation in place."""
    if activation is not Activation.NONE:
        np.clip(values, *activation.bounds, out=values)
    return values


def clamped(values: Array, activation: Activation) -> Array:
    """A copy with a fused activation applied."""
    return activate(values.copy(), activation)
