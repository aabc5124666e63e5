"""The operators with filters in float32, through matrix products."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mcuq.numeric.products import rounded_product
from mcuq.ops.operand import Array, Operand, activate
from mcuq.ops.weighted_params import (
    ConvAttrs,
    DepthwiseConvAttrs,
    FullyConnectedAttrs,
    TransposeConvAttrs,
)
from mcuq.ops.window import Axis, transposed_windows, window_axes, window_params

_BLOCK = 1 << 20
"""Floats of temporaries at a time: a few MB, near the caches."""


def conv(attrs: ConvAttrs, operands: list[Operand]) -> Array:
    """CONV_2D: patches times filters, some images at a time."""
    images, filters = operands[0].images(), operands[1].values
    rows, columns = window_axes(attrs, images.shape[1:3], filters.shape[1:3])
    result = np.empty((len(images), rows.output, columns.output, len(filters)), np.float32)
    patch_size = filters.shape[1] * filters.shape[2] * images.shape[3]
    for part in _parts(len(images), rows.output * columns.output * patch_size):
        _convolve(_patches(images[part], rows, columns), filters, result[part])
    if len(operands) == 3:
        result += operands[2].values
    return _with_samples(activate(result, attrs.activation), operands[0])


def _convolve(patches: Array, filters: Array, result: Array) -> None:
    """Multiply patches (images, H, W, taps, taps, C) by filters OHWI, group by group."""
    depth = filters.shape[3]
    groups = patches.shape[-1] // depth
    width = len(filters) // groups
    for group in range(groups):
        part = patches[..., group * depth : (group + 1) * depth]
        outputs = slice(group * width, (group + 1) * width)
        kernel = filters[outputs].reshape(width, -1).T
        matrix = part.reshape(-1, kernel.shape[0])
        result[..., outputs] = rounded_product(matrix, kernel).reshape(*result.shape[:-1], width)


def _patches(images: Array, rows: Axis, columns: Axis) -> Array:
    """A (images, H, W, taps, taps, C) view of the padded images, one patch an output."""
    windows = _windows(_padded(images, rows, columns), rows, columns)
    return windows.transpose(0, 1, 2, 4, 5, 3)


def _windows(padded: Array, rows: Axis, columns: Axis) -> Array:
    """A (images, H, W, C, taps, taps) view: every output's window, dilated and strided."""
    spans = tuple((axis.kernel - 1) * axis.dilation + 1 for axis in (rows, columns))
    view = sliding_window_view(padded, spans, axis=(1, 2))
    view = view[:, :: rows.stride, :: columns.stride, :, :: rows.dilation, :: columns.dilation]
    return view[:, : rows.output, : columns.output]


def _padded(images: Array, rows: Axis, columns: Axis) -> Array:
    if rows.before == rows.after == columns.before == columns.after == 0:
        return images
    edges = ((0, 0), (rows.before, rows.after), (columns.before, columns.after), (0, 0))
    return np.pad(images, edges)


def depthwise_conv(attrs: DepthwiseConvAttrs, operands: list[Operand]) -> Array:
    """DEPTHWISE_CONV_2D: one multiply-add of whole images a filter tap."""
    images, filters = operands[0].images(), operands[1].values[0]
    rows, columns = window_axes(attrs, images.shape[1:3], filters.shape[:2])
    taps = filters.reshape(*filters.shape[:2], images.shape[3], attrs.depth_multiplier)
    shape = (len(images), rows.output, columns.output, *taps.shape[2:])
    result = np.zeros(shape, np.float32)
    for part in _parts(len(images), rows.output * columns.output * filters.shape[2]):
        windows = _windows(_padded(images[part], rows, columns), rows, columns)
        for row in range(rows.kernel):
            for column in range(columns.kernel):
                result[part] += windows[..., row, column, None] * taps[row, column]
    result = result.reshape(*result.shape[:3], -1)
    if len(operands) == 3:
        result += operands[2].values
    return _with_samples(activate(result, attrs.activation), operands[0])


def transpose_conv(attrs: TransposeConvAttrs, operands: list[Operand]) -> Array:
    """TRANSPOSE_CONV: patches of the input with zeros between its elements, filters backwards."""
    images, filters = operands[0].images(), operands[1].values
    size, backwards = (filters.shape[1], filters.shape[2]), filters[:, ::-1, ::-1]
    window = window_params(attrs, (1, *attrs.size), size)
    result = np.empty((len(images), *attrs.size, len(filters)), np.float32)
    for part in _parts(len(images), math.prod(attrs.size) * math.prod(size) * images.shape[3]):
        view = transposed_windows(images[part], size, window, attrs.size)
        _convolve(view.transpose(0, 1, 2, 4, 5, 3), backwards, result[part])
    if len(operands) == 3:
        result += operands[2].values
    return _with_samples(activate(result, attrs.activation), operands[0])


def fully_connected(attrs: FullyConnectedAttrs, operands: list[Operand]) -> Array:
    """FULLY_CONNECTED: rows of the flattened input times the filter."""
    x, filters = operands[0].values, operands[1].values
    outputs, depth = filters.shape
    result = rounded_product(x.reshape(-1, depth), filters.T)
    if len(operands) == 3:
        result += operands[2].values
    result = activate(result, attrs.activation)
    inner = x.shape[1:-1] if attrs.keep_num_dims else (-1,)
    return result.reshape(len(x), *inner, outputs)


def _parts(images: int, floats_each: int) -> Iterator[slice]:
    """Slices of the images whose temporaries stay within a block."""
    step = max(1, _BLOCK // max(1, floats_each))
    for start in range(0, images, step):
        yield slice(start, start + step)


def _with_samples(result: Array, operand: Operand) -> Array:
    return result.reshape(*operand.values.shape[:2], *result.shape[1:])
