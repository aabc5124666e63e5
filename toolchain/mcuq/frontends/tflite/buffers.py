"""Constant data and quantization parameters of a tensor: sizes, types and values checked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.frontends.tflite import fields
from mcuq.frontends.tflite.flatbuffer import Table, damaged
from mcuq.frontends.tflite.records import Quantization
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
    buffer: Table, shape: tuple[int, ...], dtype: str, where: str
) -> npt.NDArray[Any] | None:
    """A constant's values in `shape`, or None where the buffer is empty (an activation).

    int4 is unpacked to int8. Types that are never read (strings, resources…) give None.

    Raises:
        InputError: the bytes do not match shape and type, or a float is not finite.
    """
    stored = _stored_bytes(buffer, where)
    if stored.size == 0 or (dtype not in _NUMPY_TYPES and dtype != "int4"):
        return None
    size = math.prod(shape)
    expected = (size + 1) // 2 if dtype == "int4" else size * np.dtype(_NUMPY_TYPES[dtype]).itemsize
    if stored.size != expected:
        raise damaged(f"{where} of {dtype} {shape} needs {expected} bytes but has {stored.size}")
    if dtype == "int4":
        return unpack_int4(stored, size).reshape(shape)
    values = stored.view(_NUMPY_TYPES[dtype]).reshape(shape)
    if dtype.startswith("float") and not np.isfinite(values).all():
        raise InputError(
            f"{where} holds values that are not finite (NaN or infinity)",
            "the model is broken: look at its training, then export it again",
        )
    return values


def _stored_bytes(buffer: Table, where: str) -> npt.NDArray[np.uint8]:
    """A buffer's bytes, inside the flatbuffer or behind it (files above 2 GB)."""
    offset = int(buffer.scalar(fields.Buffer.OFFSET, "<Q", 0))
    if offset > 1:
        size = int(buffer.scalar(fields.Buffer.SIZE, "<Q", 0))
        if offset + size > len(buffer.data):
            raise damaged(f"the data of {where} runs past the end")
        return np.frombuffer(buffer.data, np.uint8, size, offset)
    stored = buffer.numbers(fields.Buffer.DATA, "u1")
    return np.empty(0, np.uint8) if stored is None else stored


def quantization(table: Table | None, shape: tuple[int, ...], where: str) -> Quantization | None:
    """A tensor's quantization parameters, or None where it has none.

    Raises:
        InputError: scales that are not positive and finite, or that do not match the shape.
    """
    scale = None if table is None else table.numbers(fields.Quantization.SCALE, "<f4")
    if table is None or scale is None or scale.size == 0:
        return None
    zero_point = table.numbers(fields.Quantization.ZERO_POINT, "<i8")
    if zero_point is None or zero_point.size == 0:
        zero_point = np.zeros(scale.size, np.int64)
    elif zero_point.size == 1:
        zero_point = np.repeat(zero_point, scale.size)
    axis = table.int32(fields.Quantization.DIMENSION)
    if table.uint8(fields.Quantization.DETAILS_TYPE):
        raise InputError(
            f"{where} uses a quantization other than affine, which is not supported",
            "convert the model with per-tensor or per-channel quantization, or as float32",
        )
    fits = scale.size == 1 or (0 <= axis < len(shape) and shape[axis] == scale.size)
    if not fits or zero_point.size != scale.size:
        raise damaged(f"the quantization of {where} does not match its shape {shape}")
    if not (np.isfinite(scale).all() and (scale > 0).all()):
        raise damaged(f"the scale of {where} is not positive and finite")
    return Quantization(scale, zero_point, axis)
