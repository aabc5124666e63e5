"""An integer tensor and the reals that it stands for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.brief import Brief
from mcuq.content import ByContent
from mcuq.numeric.element import Element
from mcuq.numeric.narrow import NONE_NARROW, Narrow, mixed_bytes
from mcuq.numeric.widths import stored_bytes


@dataclass(frozen=True)
class AffineParams:
    """Scale and zero point of an activation."""

    scale: np.float32
    zero_point: int


@dataclass(frozen=True, eq=False, repr=False)
class QuantizedTensor(Brief, ByContent):
    """An integer tensor: real value = scale × (stored - zero_point).

    Attributes:
        name: as in the float graph.
        shape: static.
        bits: 8 or 16 for activations, 8, 4, 2 or TERNARY for weights, 32 or 64 for biases, 32
            for reals.
        scale: float32, shape (1,) per tensor or (channels,) per channel.
        zero_point: 0 for weights and biases.
        axis: the channel dimension where `scale` is per channel, else None.
        data: constants only; int8 array (int4 values unpacked, one an element) or int32 (bias).
        is_float: float32 values: a float edge of the model, or all but the filters of a model whose
            activations are quantized at run time; scale 1 and zero point 0 mean nothing.
        element: what the values are; of others than reals scale 1 and zero point 0 are the truth.
        narrow: output channels of a filter that hold values of fewer bits; see `mcuq.blocks`.
    """

    name: str
    shape: tuple[int, ...]
    bits: int
    scale: npt.NDArray[np.float32]
    zero_point: int = 0
    axis: int | None = None
    data: npt.NDArray[Any] | None = None
    is_float: bool = False
    element: Element = Element.REAL
    narrow: Narrow = NONE_NARROW

    @property
    def is_constant(self) -> bool:
        return self.data is not None

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the values in memory: int8 holds 4-bit values too."""
        if self.element is not Element.REAL:
            return self.element.dtype
        return np.dtype(np.float32) if self.is_float else np.dtype(f"int{max(self.bits, 8)}")

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def fewest_bits(self) -> int:
        """The narrowest width that some of it has."""
        return self.narrow.bits if self.narrow else self.bits

    @property
    def affine(self) -> AffineParams:
        """Scale and zero point of a tensor with one scale."""
        return AffineParams(np.float32(self.scale[0]), self.zero_point)

    @property
    def nbytes(self) -> int:
        """Bytes as stored: narrow weights packed over the flattened tensor, of a filter of two
        widths over the channels of each."""
        if self.narrow:
            return mixed_bytes(self.shape, self.bits, self.narrow)
        return stored_bytes(self.size, self.bits)


def exact(
    name: str, shape: tuple[int, ...], element: Element, data: npt.NDArray[Any] | None = None
) -> QuantizedTensor:
    """A tensor of integers or truth values, which nothing rounds.

    Args:
        element: not reals.
        data: of a constant, in any type that holds it.
    """
    stored = None if data is None else data.astype(element.dtype)
    one = np.ones(1, np.float32)
    return QuantizedTensor(name, shape, element.bits, one, 0, None, stored, element=element)
