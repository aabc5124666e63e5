"""Types, scales and zero points of what QuantizeLinear writes and DequantizeLinear reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from onnx import helper

from mcuq.errors import InputError

if TYPE_CHECKING:
    from mcuq.importers.onnx.value import Node

Array = npt.NDArray[Any]

_NARROW = {"int4": (-8, 7), "uint4": (0, 15), "int2": (-2, 1), "uint2": (0, 3)}
"""By the type's name: NumPy has no such types itself."""
_HINT = "quantize the model to int8 or uint8, per tensor or (weights) per channel"


@dataclass(frozen=True)
class Grid:
    """What the integers of an activation stand for: real = scale × (integer - zero_point).

    Attributes:
        scale: positive and finite.
        zero_point: inside the type.
        lowest, highest: of the type.
    """

    scale: float
    zero_point: int
    lowest: int
    highest: int

    @property
    def span(self) -> tuple[float, float]:
        """The smallest and largest real number; what lies outside is clipped."""
        low, high = self.lowest - self.zero_point, self.highest - self.zero_point
        return low * self.scale, high * self.scale


def limits(dtype: np.dtype[Any]) -> tuple[int, int] | None:
    """Smallest and largest value of an integer type; None for other types."""
    if dtype.kind in "iu":
        return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    return _NARROW.get(dtype.name)


def stored_type(node: Node) -> np.dtype[Any]:
    """The type of a QuantizeLinear's output, or of a DequantizeLinear's constant input."""
    zero_point = node.constant(2)
    if zero_point is not None:
        return zero_point.dtype
    if node.kind == "DequantizeLinear":
        return np.asarray(node.constant(0)).dtype
    stated = node.integer("output_dtype", 0)
    return np.dtype(helper.tensor_dtype_to_np_dtype(stated)) if stated else np.dtype(np.uint8)


def grid_of(node: Node) -> Grid:
    """The grid of a QuantizeLinear or DequantizeLinear of an activation.

    Raises:
        InputError: not to integers, or with more than one scale.
    """
    ends, scale = _ends(node), np.asarray(node.constant(1), np.float64)
    if ends is None or scale.size != 1 or not 0 < float(scale.reshape(-1)[0]) < np.inf:
        what = f"type {stored_type(node)}" if ends is None else f"scales {_some(scale)}"
        raise InputError(
            f"{node.where}: activations are integers with one positive scale ({what})", _HINT
        )
    zero_point = node.constant(2)
    zero = 0 if zero_point is None else int(np.asarray(zero_point).reshape(-1)[0])
    return Grid(float(scale.reshape(-1)[0]), zero, *ends)


def _some(values: Array) -> str:
    shown = [f"{value:g}" for value in values.reshape(-1)[:3]]
    return ", ".join([*shown, "…"] if values.size > len(shown) else shown)


def _ends(node: Node) -> tuple[int, int] | None:
    """Of the type; without a zero point a DequantizeLinear reads whatever was written."""
    written = node.value().grid
    if node.kind == "DequantizeLinear" and not node.has(2) and written is not None:
        return written.lowest, written.highest
    return limits(stored_type(node))


def along(node: Node, x: Array, values: Array) -> Array:
    """Scales or zero points as they broadcast against a constant: one, one a slice, one a block.

    Raises:
        InputError: they do not fit.
    """
    if values.size == 1:
        return values.reshape([1] * x.ndim)
    axis, block = node.integer("axis", 1), node.integer("block_size", 0)
    axis = axis + x.ndim if axis < 0 else axis
    shape = [1] * x.ndim
    if block and values.ndim == x.ndim and 0 <= axis < x.ndim:
        values = np.repeat(values, block, axis).take(range(x.shape[axis]), axis)
        shape = list(values.shape)
    elif values.ndim == 1 and 0 <= axis < x.ndim:
        shape[axis] = values.size
    if values.size != np.prod(shape) or any(
        one not in (1, n) for one, n in zip(shape, x.shape, strict=True)
    ):
        raise InputError(
            f"{node.where}: scales of shape {values.shape} do not fit values of {x.shape}", _HINT
        )
    return values.reshape(shape)
