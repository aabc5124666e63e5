"""Real-valued operators that look at windows of images, with their gradients."""

from __future__ import annotations

from typing import cast

import numpy as np

from mcuq.graph import Op, OpKind, PoolAttrs, ResizeAttrs
from mcuq.graph.resize import blend, nearest_indices
from mcuq.interpret.integer.window import padded, windows
from mcuq.ptq.refine.functions import Array, Backward
from mcuq.quantized.params import WindowParams

Pair = tuple[int, int]


def scatter_windows(
    parts: Array, image: tuple[int, ...], size: Pair, window: WindowParams
) -> Array:
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


def pool(op: Op, x: Array, shape: tuple[int, ...], window: WindowParams) -> tuple[Array, Backward]:
    """AVERAGE_POOL_2D and MAX_POOL_2D."""
    size = cast(PoolAttrs, op.attrs).filter
    images = x.reshape(-1, *x.shape[2:])
    out = (shape[1], shape[2])
    largest = op.kind is OpKind.MAX_POOL_2D
    fill = np.full_like(images[:1, :1, :1, :1], -np.inf if largest else 0.0)
    edged = padded(images, size, window, out)
    inside = padded(np.ones((1, *images.shape[1:3], 1), images.dtype), size, window, out)
    if largest:
        edged = np.where(inside > 0, edged, fill)
    view = windows(edged, size, window)
    if largest:
        result = view.max(axis=(4, 5))
        share = view == result[..., None, None]
        share = share / share.sum(axis=(4, 5), keepdims=True)
    else:
        count = windows(inside, size, window).sum(axis=(4, 5))
        result = view.sum(axis=(4, 5)) / count
        share = np.broadcast_to(1.0 / count[..., None, None], view.shape)

    def backward(g: Array) -> list[Array]:
        parts = g.reshape(result.shape)[..., None, None] * share
        return [scatter_windows(parts, images.shape, size, window).reshape(x.shape)]

    return result.reshape(len(x), *shape), backward


def resize(op: Op, x: Array) -> tuple[Array, Backward]:
    """RESIZE_NEAREST_NEIGHBOR."""
    attrs = cast(ResizeAttrs, op.attrs)
    rows = nearest_indices(x.shape[2], attrs.size[0], attrs)
    columns = nearest_indices(x.shape[3], attrs.size[1], attrs)

    def backward(g: Array) -> list[Array]:
        # Every source row is the sum of the rows that read it; then the columns alike.
        by_rows = np.zeros((*x.shape[:3], *g.shape[3:]), g.dtype)
        for target, row in enumerate(rows):
            by_rows[:, :, row] += g[:, :, target]
        whole = np.zeros(x.shape, g.dtype)
        for target, column in enumerate(columns):
            whole[:, :, :, column] += by_rows[:, :, :, target]
        return [whole]

    return x[:, :, rows[:, None], columns], backward


def resize_bilinear(op: Op, x: Array) -> tuple[Array, Backward]:
    """RESIZE_BILINEAR: a matrix along each axis."""
    attrs = cast(ResizeAttrs, op.attrs)
    sizes = zip(x.shape[2:4], attrs.size, strict=True)
    rows, columns = (blend(size, output, attrs).matrix(size) for size, output in sizes)

    def backward(g: Array) -> list[Array]:
        return [np.einsum("yh,xw,nbyxc->nbhwc", rows, columns, g, optimize=True)]

    return np.einsum("yh,xw,nbhwc->nbyxc", rows, columns, x, optimize=True), backward
