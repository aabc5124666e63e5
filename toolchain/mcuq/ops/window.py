"""Sliding windows over images: extents, implicit padding, views, and the way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from mcuq.ops.attrs import Padding, Windowed

Pair = tuple[int, int]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True)
class Axis:
    """One spatial axis of a window operator.

    Attributes:
        size: input extent.
        output: output extent.
        kernel: filter taps.
        stride: input steps between outputs.
        dilation: input steps between taps.
        before: implicit padding before the first element.
        after: implicit padding that windows reach behind the last element.
    """

    size: int
    output: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int


def window_axis(size: int, kernel: int, stride: int, dilation: int, padding: Padding) -> Axis:
    """Extent and padding of one axis, as TFLite computes them (`padding.h`).

    With span = (kernel - 1) × dilation + 1, SAME gives ceil(size / stride) outputs and splits the
    missing elements with the smaller half before; VALID gives ceil((size - span + 1) / stride).

    Raises:
        ValueError: a VALID window is larger than its input.
    """
    span = (kernel - 1) * dilation + 1
    if padding is Padding.VALID:
        if span > size:
            raise ValueError(f"a window of {span} does not fit in {size} elements")
        output = -(-(size - span + 1) // stride)
        return Axis(size, output, kernel, stride, dilation, 0, 0)
    output = -(-size // stride)
    total = max((output - 1) * stride + span - size, 0)
    return Axis(size, output, kernel, stride, dilation, total // 2, total - total // 2)


def window_axes(
    attrs: Windowed, spatial: tuple[int, int], kernel: tuple[int, int]
) -> tuple[Axis, Axis]:
    """The (height, width) axes of a window operator.

    Args:
        attrs: the operator's attributes.
        spatial: (height, width) of the input.
        kernel: (height, width) of the filter.

    Raises:
        ValueError: a VALID window is larger than its input.
    """
    rows, columns = (
        window_axis(spatial[i], kernel[i], attrs.stride[i], attrs.dilation[i], attrs.padding)
        for i in range(2)
    )
    return rows, columns


@dataclass(frozen=True)
class WindowParams:
    """A sliding window; `padding` is what lies before the first row and column."""

    stride: Pair
    dilation: Pair
    padding: Pair


NO_WINDOW = WindowParams((1, 1), (1, 1), (0, 0))
"""Every element alone."""


def window_params(attrs: Windowed, image: tuple[int, ...], size: Pair) -> WindowParams:
    """The window of an operator with a filter of `size` over an image (N, height, width, …)."""
    rows, columns = window_axes(attrs, (image[1], image[2]), size)
    return WindowParams(
        (rows.stride, columns.stride),
        (rows.dilation, columns.dilation),
        (rows.before, columns.before),
    )


def padded(
    x: npt.NDArray[Scalar], size: Pair, window: WindowParams, out: Pair, fill: float = 0
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


def transposed_windows(
    x: npt.NDArray[Scalar], size: Pair, window: WindowParams, out: Pair
) -> npt.NDArray[Scalar]:
    """What each output of a transposed convolution reads, taps backwards, zeros between elements.

    Args:
        x: (N, height, width, channels), zero being nothing.
        size: filter (height, width).
        window: over the output.
        out: output (height, width).

    Returns:
        View of shape (N, *out, channels, *size): tap t meets the filter's tap size - 1 - t.
    """
    apart = np.zeros((x.shape[0], out[0] + size[0] - 1, out[1] + size[1] - 1, x.shape[3]), x.dtype)
    (top, left), (rows, columns) = (
        (size[0] - 1 - window.padding[0], size[1] - 1 - window.padding[1]),
        window.stride,
    )
    apart[:, top::rows, left::columns][:, : x.shape[1], : x.shape[2]] = x
    return windows(apart, size, NO_WINDOW)


def scatter_windows(
    parts: npt.NDArray[Any], image: tuple[int, ...], size: Pair, window: WindowParams
) -> npt.NDArray[Any]:
    """Adjoint of `windows(padded(…))`: each window element added back where it was read.

    Args:
        parts: (N, out height, out width, channels, filter height, filter width).
        image: (N, height, width, channels).
        size: filter (height, width).
        window: stride, dilation, padding.
    """
    out = parts.shape[1:3]
    reach = [
        (out[i] - 1) * window.stride[i] + (size[i] - 1) * window.dilation[i] + 1 for i in (0, 1)
    ]
    extent = [max(reach[i], image[i + 1] + window.padding[i]) for i in (0, 1)]
    total = np.zeros((image[0], *extent, image[3]), parts.dtype)
    for row in range(size[0]):
        for column in range(size[1]):
            top, left = row * window.dilation[0], column * window.dilation[1]
            rows = slice(top, top + (out[0] - 1) * window.stride[0] + 1, window.stride[0])
            columns = slice(left, left + (out[1] - 1) * window.stride[1] + 1, window.stride[1])
            total[:, rows, columns] += parts[..., row, column]
    top, left = window.padding
    return total[:, top : top + image[1], left : left + image[2]]
