"""What the values of a tensor are: real numbers, integers or truth values."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np


class Element(StrEnum):
    """A float graph holds values of each in float32, which integers up to 2^24 are exact in.

    A quantized tensor of `INT32` or `BOOL` has scale 1 and zero point 0: it is what it stores.
    """

    REAL = "real"
    """Quantized to the tensor's width."""
    INT32 = "int32"
    """Indices and counts."""
    BOOL = "bool"
    """0 or 1, a byte each."""

    @property
    def bits(self) -> int:
        """As stored; KeyError for reals, whose width is chosen."""
        return {Element.INT32: 32, Element.BOOL: 8}[self]

    @property
    def dtype(self) -> np.dtype[Any]:
        """As stored; KeyError for reals."""
        return {Element.INT32: np.dtype(np.int32), Element.BOOL: np.dtype(np.bool_)}[self]
