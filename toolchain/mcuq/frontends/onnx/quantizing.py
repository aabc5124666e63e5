"""QuantizeLinear and DequantizeLinear of constants, by the formulas of ONNX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.frontends.onnx.value import Node

Array = npt.NDArray[Any]


def _dequantized(node: Node) -> Array:
    """(x - zero point) × scale."""
    x, scale, zero_point = _operands(node)
    return ((x.astype(np.float64) - zero_point) * scale).astype(np.float32)


def _quantized(node: Node) -> Array:
    """round(x / scale) + zero point, ties to even, saturated."""
    x, scale, zero_point = _operands(node)
    limits = np.iinfo(zero_point.dtype)
    steps = np.rint(x.astype(np.float64) / scale) + zero_point
    stored: Array = np.clip(steps, limits.min, limits.max).astype(zero_point.dtype)
    return stored


def _operands(node: Node) -> tuple[Array, Array, Array]:
    """Values, scale and zero point; a scale an element of the axis broadcasts along it.

    Raises:
        InputError: scales in blocks, not along one axis; or a type that is no integer.
    """
    x, scale = np.asarray(node.constant(0)), np.asarray(node.constant(1), np.float64)
    zero_point = node.constant(2)
    if zero_point is None:
        stored = x.dtype if node.kind == "DequantizeLinear" else np.dtype(np.uint8)
        zero_point = np.zeros(scale.shape, stored)
    shape = [1] * x.ndim
    if scale.size > 1:
        shape[node.integer("axis", 1)] = scale.size
    fits = all(one in (1, n) for one, n in zip(shape, x.shape, strict=True))
    if scale.ndim > 1 or not fits or zero_point.dtype.kind not in "iu":
        raise InputError(
            f"{node.where}: it is not to integers with a scale a tensor or a channel",
            "quantize the model to int8 or uint8, per tensor or per channel",
        )
    return x, scale.reshape(shape), np.broadcast_to(zero_point, scale.shape).reshape(shape)


QUANTIZING: Mapping[str, Callable[[Node], Array]] = {
    "DequantizeLinear": _dequantized,
    "QuantizeLinear": _quantized,
}
