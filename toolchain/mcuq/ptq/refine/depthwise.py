"""Depthwise layers of the simulation: tap by tap, channels side by side.

As matrices they would be one a channel, each of a single row. Sums of whole numbers are exact, and
those of slopes are added in the order of the positions: the same on every processor.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.ops.operator import Values as Array
from mcuq.ops.window import padded, scatter_windows, windows
from mcuq.ptq.candidates.layer import LayerShape

_EXACT = 2.0**24
"""Below it float32 holds every whole number."""


def depthwise_sums(layer: LayerShape, x: Array, integers: Array) -> Array:
    """Accumulators (positions of all samples, channels).

    Args:
        layer: the operator's shapes.
        x: stored inputs less their zero point (N, *shape), whole numbers.
        integers: the filter as `LayerShape.matrix` gives it, (channels, outputs of each, taps).
    """
    channels, outputs, _ = integers.shape
    largest = np.abs(x).max(initial=0.0) * np.abs(integers).sum(axis=2).max(initial=0.0)
    dtype = np.float32 if largest < _EXACT else np.float64
    taps = _taps(layer, x.astype(dtype))
    sums = np.empty((taps[0].size // channels, channels, outputs), dtype)
    for output in range(outputs):
        total = np.zeros(taps[0].shape, dtype)
        for number, read in enumerate(taps):
            total += read * integers[:, output, number].astype(dtype)
        sums[..., output] = total.reshape(-1, channels)
    return sums.reshape(len(sums), -1)


def depthwise_slopes(
    layer: LayerShape, x: Array, integers: Array, rows: Array, unit: Array
) -> tuple[Array, Array]:
    """Gradients of the integers, (channels, outputs of each, taps), and of the input, like `x`.

    Args:
        layer, x, integers: as of `depthwise_sums`.
        rows: gradient of the outputs, (N, positions, channels, outputs of each).
        unit: real value of a step of the filter, (channels, outputs of each, 1).
    """
    assert layer.window is not None  # it has images
    taps = _taps(layer, x)
    by_steps = np.empty(integers.shape)
    parts = np.zeros((len(taps), *taps[0].shape), x.dtype)
    for output in range(integers.shape[1]):
        slope = np.ascontiguousarray(rows[..., output]).reshape(taps[0].shape)
        for number, read in enumerate(taps):
            along = (slope * read).reshape(-1, len(integers))
            by_steps[:, output, number] = along.sum(axis=0, dtype=np.float64)
            factor = unit[:, output, 0] * integers[:, output, number]
            parts[number] += slope * factor.astype(x.dtype)
    size = (layer.weight_shape[1], layer.weight_shape[2])
    ordered = parts.reshape(*size, *taps[0].shape).transpose(2, 3, 4, 5, 0, 1)
    by_input = scatter_windows(ordered, _images(x).shape, size, layer.window)
    return by_steps, by_input.reshape(x.shape)


def _taps(layer: LayerShape, x: Array) -> list[npt.NDArray[Any]]:
    """What each tap reads, (N, out height, out width, channels): views of one image."""
    assert layer.window is not None
    rows, columns = layer.weight_shape[1], layer.weight_shape[2]
    image = padded(_images(x), (rows, columns), layer.window, layer.out)
    view = windows(image, (rows, columns), layer.window)
    return [view[..., row, column] for row in range(rows) for column in range(columns)]


def _images(x: Array) -> npt.NDArray[Any]:
    return x.reshape(-1, *x.shape[-3:])
