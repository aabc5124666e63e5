"""Convolutions and dense layers of the simulation, as products with patches of the input.

Patches are many times as large as the input: they are made for some samples at a time, which stay
in the caches, and made anew on the way back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.numeric.products import product_with_whole, whole_product
from mcuq.ops.operator import Values as Array
from mcuq.ops.window import scatter_windows
from mcuq.ptq.candidates.layer import LayerShape

_BLOCK = 1 << 20
"""Elements of patches at a time."""


def matrix_sums(layer: LayerShape, x: Array, integers: Array) -> Array:
    """Accumulators (positions of all samples, channels).

    Args:
        layer: the operator's shapes.
        x: stored inputs less their zero point (N, *shape), whole numbers.
        integers: the filter as `LayerShape.matrix` gives it, (groups, outputs, inputs).
    """
    columns = integers.transpose(0, 2, 1)
    parts = [whole_product(layer.patches(x[block]), columns) for block in _blocks(layer, x)]
    return np.concatenate([part.transpose(1, 0, 2).reshape(part.shape[1], -1) for part in parts])


def matrix_slopes(
    layer: LayerShape, x: Array, integers: Array, rows: Array, unit: Array
) -> tuple[Array, Array]:
    """Gradients of the integers, (groups, outputs, inputs), and of the input, like `x`.

    Args:
        layer, x, integers: as of `matrix_sums`.
        rows: gradient of the outputs, (N, positions, groups, outputs).
        unit: real value of a step of the filter, (groups, outputs, 1).
    """
    by_steps, by_input = np.zeros(integers.shape), np.empty_like(x)
    for block in _blocks(layer, x):
        part = rows[block].reshape(-1, *integers.shape[:2])
        part = np.ascontiguousarray(part.transpose(1, 0, 2))
        by_steps += product_with_whole(part.transpose(0, 2, 1), layer.patches(x[block]))
        scaled = part * unit.transpose(0, 2, 1)
        flat = product_with_whole(scaled, integers).astype(x.dtype)
        by_input[block] = _unpatch(layer, flat, x[block])
    return by_steps, by_input


def _blocks(layer: LayerShape, x: Array) -> Iterator[slice]:
    groups, _, inputs = layer.matrix(np.empty(layer.weight_shape, np.bool_)).shape
    size = max(1, _BLOCK // (layer.out[0] * layer.out[1] * groups * inputs))
    return (slice(first, first + size) for first in range(0, len(x), size))


def _unpatch(layer: LayerShape, gradient: Array, x: Array) -> npt.NDArray[Any]:
    """Adjoint of `LayerShape.patches`."""
    if layer.window is None:
        return gradient.reshape(x.shape)
    size = (layer.weight_shape[1], layer.weight_shape[2])
    images = (x.size // (x.shape[-1] * x.shape[-2] * x.shape[-3]), *x.shape[-3:])
    depth = layer.channels // layer.groups
    parts = gradient.reshape(layer.groups, images[0], *layer.out, *size, depth)
    ordered = parts.transpose(1, 2, 3, 0, 6, 4, 5).reshape(
        images[0], *layer.out, layer.channels, *size
    )
    return scatter_windows(ordered, images, size, layer.window).reshape(x.shape)
