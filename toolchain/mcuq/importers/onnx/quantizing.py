"""QuantizeLinear and DequantizeLinear of constants, by the formulas of ONNX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.importers.onnx.grid import along, limits, stored_type
from mcuq.importers.onnx.value import Node

Array = npt.NDArray[Any]


def _dequantized(node: Node) -> Array:
    """(x - zero point) × scale."""
    x, scale, zero_point = _operands(node)
    return ((x.astype(np.float64) - zero_point) * scale).astype(np.float32)


def _quantized(node: Node) -> Array:
    """round(x / scale) + zero point, ties to even, saturated."""
    x, scale, zero_point = _operands(node)
    ends = limits(stored_type(node))
    assert ends is not None  # _operands has checked it
    steps = np.rint(x.astype(np.float64) / scale) + zero_point
    stored: Array = np.clip(steps, *ends).astype(stored_type(node))
    return stored


def _operands(node: Node) -> tuple[Array, Array, Array]:
    """Values, scale and zero point, which broadcast against each other.

    Raises:
        InputError: the scales do not fit the values, or a type is no integer.
    """
    x, scale = np.asarray(node.constant(0)), np.asarray(node.constant(1), np.float64)
    given = node.constant(2)
    zero_point = np.zeros(scale.shape) if given is None else given.astype(np.float64)
    if limits(stored_type(node)) is None:
        raise InputError(
            f"{node.where}: it is of type {stored_type(node)}, which is no integer",
            "quantize the model to int8 or uint8",
        )
    return x, along(node, x, scale), along(node, x, zero_point)


QUANTIZING: Mapping[str, Callable[[Node], Array]] = {
    "DequantizeLinear": _dequantized,
    "QuantizeLinear": _quantized,
}
