"""Sliding windows over images (N, height, width, channels)."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from mcuq.quantized import WindowParams

Scalar = TypeVar("Scalar", bound=np.generic)
Pair = tuple[int, int]


def padded(
    x: npt.NDArray[Scalar], size: Pair, window: WindowParams, out: Pair, fill: int = 0
) -> npt.NDArray[Scalar]:
    """The part of `x` that the windows of an `out`-sized result reach, `fill` around it."""
    reach = [
        (out[i] - 1) * window.stride[i] + (size[i] - 1) * window.dilation[i] + 1 for i in (0, 1)
    ]
    top, left = window.padding
    height = min(x.shape[1], reach[0] - top)
    width = min(x.shape[2], reach[1] - left)
    result = np.full((x.shape[0], *reach, x.shape[3]), fill, x.dtype)
    result[:, top : top + height, left : left + width] = x[:, :height, :width]
    return result


def windows(x: npt.NDArray[Scalar], size: Pair, window: WindowParams) -> npt.NDArray[Scalar]:
    """View of shape (N, out height, out width, channels, filter height, filter width)."""
    extent = tuple((size[i] - 1) * window.dilation[i] + 1 for i in (0, 1))
    view = sliding_window_view(x, extent, axis=(1, 2))
    rows, columns = window.stride
    return view[:, ::rows, ::columns, :, :: window.dilation[0], :: window.dilation[1]]
