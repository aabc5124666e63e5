"""Constant data and quantization parameters of a tensor: sizes, types and values checked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.importers.tflite import fields
from mcuq.importers.tflite.flatbuffer import FlatTable, malformed
from mcuq.importers.tflite.records import Quantization
from mcuq.numeric import unpack_int4

_NUMPY_TYPES = {
    "float32": "<f4",
    "float16": "<f2",
    "float64": "<f8",
    "int8": "<i1",
    "uint8": "<u1",
    "int16": "<i2",
    "uint16": "<u2",
    "int32": "<i4",
    "uint32": "<u4",
    "int64": "<i8",
    "uint64": "<u8",
    "bool": "?",
}


def constant_data(
    buffer: FlatTable, shape: tuple[int, ...], dtype: str, where: str
) -> npt.NDArray[Any] | None:
    """A constant's values in `shape`, or None where the buffer is empty (an activation).

    int4 is unpacked to int8. Types that are never read (strings, resources…) give None.

    Raises:
        InputError: the bytes do not match shape and type, a float is not finite, or a truth value
            is neither 0 nor 1, which C leaves undefined.
    """
    stored = _stored_bytes(buffer, where)
    if stored.size == 0 or (dtype not in _NUMPY_TYPES and dtype != "int4"):
        return None
    size = math.prod(shape)
    expected = (size + 1) // 2 if dtype == "int4" else size * np.dtype(_NUMPY_TYPES[dtype]).itemsize
    if stored.size != expected:
        raise malformed(f"{where} of {dtype} {shape} needs {expected} bytes but has {stored.size}")
    if dtype == "int4":
        return unpack_int4(stored, size).reshape(shape)
    if dtype == "bool" and stored.max() > 1:
        raise malformed(f"{where} of bool holds the byte {stored.max()}, which is no truth value")
    values = stored.view(_NUMPY_TYPES[dtype]).reshape(shape)
    if dtype.startswith("float") and not np.isfinite(values).all():
        raise InputError(
            f"{where} holds values that are not finite (NaN or infinity)",
            "the model is broken: look at its training, then export it again",
        )
    return values


def _stored_bytes(buffer: FlatTable, where: str) -> npt.NDArray[np.uint8]:
    """A buffer's bytes, inside the flatbuffer or behind it (files above 2 GB)."""
    offset = int(buffer.scalar(fields.BufferField.OFFSET, "<Q", 0))
    if offset > 1:
        size = int(buffer.scalar(fields.BufferField.SIZE, "<Q", 0))
        if offset + size > len(buffer.data):
            raise malformed(f"the data of {where} runs past the end")
        return np.frombuffer(buffer.data, np.uint8, size, offset)
    stored = buffer.numbers(fields.BufferField.DATA, "u1")
    return np.empty(0, np.uint8) if stored is None else stored


def quantization(
    table: FlatTable | None,
    shape: tuple[int, ...],
    dtype: str,
    data: npt.NDArray[Any] | None,
    where: str,
) -> Quantization | None:
    """A tensor's quantization parameters, or None where it has none.

    Those of a float tensor mean nothing: old converters left them there. A scale of 0 is read where
    it says nothing: a constant that holds zeros only.

    Raises:
        InputError: scales that are not positive and finite, or that do not match the shape; zero
            points that are absent or that the type cannot hold.
    """
    scale = None if table is None else table.numbers(fields.QuantizationField.SCALE, "<f4")
    if table is None or scale is None or scale.size == 0 or dtype.startswith("float"):
        return None
    if table.uint8(fields.QuantizationField.DETAILS_TYPE):
        raise InputError(
            f"{where} uses a quantization other than affine, which is not supported",
            "convert the model with per-tensor or per-channel quantization, or as float32",
        )
    zero_point = _zero_points(table, scale.size, dtype, where)
    axis = _channel_axis(table, shape, scale.size, where)
    _check_scale(scale, axis, data, where)
    return Quantization(scale, zero_point, axis)


def _zero_points(table: FlatTable, count: int, dtype: str, where: str) -> npt.NDArray[Any]:
    """One a scale; a single one stands for all, as TensorFlow Lite takes it."""
    stored = table.numbers(fields.QuantizationField.ZERO_POINT, "<i8")
    if stored is None or stored.size == 0:
        raise InputError(
            f"{where} has a scale but no zero point: TensorFlow Lite takes it as not quantized",
            "convert the model again; a symmetric tensor has the zero point 0",
        )
    if stored.size not in (1, count):
        raise malformed(f"{where} has {stored.size} zero points for {count} scales")
    low, high = _limits(dtype)
    outside = stored[(stored < low) | (stored > high)]
    if outside.size:
        raise InputError(
            f"{where} has the zero point {outside[0]}, which {dtype} does not hold: "
            f"{low} to {high}",
            "the quantization is broken: convert the model again",
        )
    return np.broadcast_to(stored, (count,)) if stored.size != count else stored


def _limits(dtype: str) -> tuple[int, int]:
    """Smallest and largest integer of a type; 0 for what is no integer."""
    if dtype == "int4":
        return -8, 7
    form = np.dtype(_NUMPY_TYPES.get(dtype, "?"))
    return (int(np.iinfo(form).min), int(np.iinfo(form).max)) if form.kind in "iu" else (0, 0)


def _channel_axis(table: FlatTable, shape: tuple[int, ...], count: int, where: str) -> int:
    """The dimension that several scales belong to; the only long one of a vector, whatever is
    stated."""
    long = [axis for axis, size in enumerate(shape) if size > 1]
    axis = 0 if len(shape) == 1 else table.int32(fields.QuantizationField.DIMENSION)
    if len(long) == 1 and shape[long[0]] == count:
        axis = long[0]
    if count == 1 or (0 <= axis < len(shape) and shape[axis] == count):
        return axis
    raise InputError(
        f"{where} of shape {shape} has {count} scales for its dimension {axis}",
        "convert the model with one scale a tensor, or one an output channel",
    )


def _check_scale(
    scale: npt.NDArray[Any], axis: int, data: npt.NDArray[Any] | None, where: str
) -> None:
    """Raise where a scale cannot be one; constants of trained networks may have tiny ones."""
    least = np.finfo(np.float32).tiny if data is None else np.float32(0)
    usable = np.isfinite(scale) & (scale > 0) & (scale >= least)
    if data is not None:
        usable |= (scale == 0) & _all_zero(data, axis, scale.size)
    if not usable.all():
        raise InputError(
            f"{where} has the scale {scale[~usable][0]:g}, which stands for no real numbers",
            "the quantization is broken: convert the model again, with calibration data like "
            "what the device will see",
        )


def _all_zero(data: npt.NDArray[Any], axis: int, count: int) -> npt.NDArray[np.bool_]:
    """For each scale, whether it belongs to zeros only."""
    if count == 1:
        return np.array([not data.any()])
    return np.array([not part.any() for part in np.moveaxis(data, axis, 0)])
