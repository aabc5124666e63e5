"""Elements of one axis by their indices, and the way back for gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.ops.operator import Values

Indices = npt.NDArray[np.integer[Any]]


def picked(x: Values, indices: Indices, axis: int) -> Values:
    """x[…, indices[i], …]: the axis gets as many elements as there are indices."""
    result: Values = np.take(x, indices, axis=axis)
    return result


def returned(gradient: Values, indices: Indices, axis: int, size: int) -> Values:
    """The gradient of `picked`'s input, whose axis has `size` elements: an element that was taken
    several times gets the sum."""
    moved = np.moveaxis(gradient, axis, 0)
    whole = np.zeros((size, *moved.shape[1:]), gradient.dtype)
    np.add.at(whole, indices, moved)
    return np.moveaxis(whole, 0, axis)
