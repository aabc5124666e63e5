"""Running sums as a layer: products with a triangle of ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LONGEST = 1024
"""Values along which sums are taken: the filter has the square of it."""


def triangle(count: int, *, exclusive: bool, reverse: bool) -> npt.NDArray[np.float32]:
    """(count, count), a row an output: ones where an input belongs to its sum.

    Args:
        exclusive: a value does not belong to the sum in its own place.
        reverse: sums begin at the end.
    """
    ones = np.tri(count, k=-1 if exclusive else 0, dtype=np.float32)
    return np.ascontiguousarray(ones[::-1, ::-1] if reverse else ones)
