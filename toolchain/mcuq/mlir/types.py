"""Tensors of our graphs as MLIR tensor types, and back.

A quantized tensor's bits are its storage range: all of i8 or i16 is an activation, `i8<-127:127>`,
`i4<-7:7>`, `i4<-2:1>` and `i4<-1:1>` are filters of 8, 4, 2 bits and three values, i32 is a bias.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.graph import Tensor
from mcuq.mlir.syntax import (
    STORAGE_BITS,
    Dense,
    QuantizedElement,
    TensorType,
    low_nibbles,
)
from mcuq.numeric import WIDTHS, integer_limits, weight_limits
from mcuq.quantize import QuantizedTensor

AnyTensor = Tensor | QuantizedTensor

_STORED = {"i4": np.int8, "i8": np.int8, "i16": np.int16, "i32": np.int32}

_RANGES = {
    **{("i8" if bits == 8 else "i4", *weight_limits(bits)): bits for bits in WIDTHS},
    **{(f"i{bits}", *integer_limits(bits)): bits for bits in (8, 16, 32)},
}
"""Bits of a tensor by storage type, smallest and largest value."""


def type_of(tensor: AnyTensor, is_filter: bool = False) -> TensorType:
    """The type of a float or quantized tensor.

    Args:
        is_filter: whether the values are symmetric weights.
    """
    if isinstance(tensor, Tensor) or tensor.real:
        return TensorType(tensor.shape, "f32")
    # MLIR quantizes to 32 bits at most; the 64-bit biases of int16 activations hold no more.
    bits = min(tensor.bits, 32)
    low, high = weight_limits(bits) if is_filter else integer_limits(bits)
    storage = next(name for name in _STORED if STORAGE_BITS[name] >= bits)
    scales = tuple(map(float, tensor.scale))
    element = QuantizedElement(storage, low, high, scales, tensor.zero_point, tensor.axis)
    return TensorType(tensor.shape, element)


def dense(values: npt.NDArray[np.generic], element: str) -> Dense:
    """Constant elements, one or more bytes each."""
    little_endian = values.astype(values.dtype.newbyteorder("<"))
    data = little_endian.tobytes()
    if element == "i4":
        data = low_nibbles(data)
    return Dense(TensorType(values.shape, element), data)


def constant(tensor: AnyTensor, type_: TensorType) -> Dense:
    """The data of a constant tensor of type `type_`."""
    assert tensor.data is not None  # callers ask for constants only
    element = type_.element
    if isinstance(element, str):
        return dense(tensor.data, element)
    return dense(tensor.data.astype(_STORED[element.storage]), element.storage)


def tensor_from(name: str, type_: TensorType, data: Dense | None) -> AnyTensor:
    """The tensor that `type_of` and `constant` describe.

    Raises:
        ValueError: the type is neither f32 nor quantized, or the data is of another type, not
            finite or outside the storage range.
    """
    element = type_.element
    if isinstance(element, str):
        if element != "f32":
            raise ValueError(f"tensor '{name}' is {element}, neither f32 nor quantized")
        return Tensor(name, type_.shape, None if data is None else _reals(name, type_, data))
    bits = _RANGES.get((element.storage, element.low, element.high))
    if bits is None:
        raise ValueError(f"tensor '{name}' has the storage range {element.low}:{element.high}")
    scale = np.array(element.scales, np.float64).astype(np.float32)
    if not np.array_equal(scale, element.scales) or scale.min() <= 0:
        raise ValueError(f"a scale of tensor '{name}' is no float32")
    stored = None if data is None else _integers(name, type_, element, data)
    return QuantizedTensor(name, type_.shape, bits, scale, element.zero_point, element.axis, stored)


def _reals(name: str, type_: TensorType, data: Dense) -> npt.NDArray[np.float32]:
    _check_type(name, TensorType(type_.shape, "f32"), data)
    values = np.frombuffer(data.data, "<f4").astype(np.float32).reshape(type_.shape)
    if not np.isfinite(values).all():
        raise ValueError(f"tensor '{name}' holds NaN or infinity")
    return values


def _integers(
    name: str, type_: TensorType, element: QuantizedElement, data: Dense
) -> npt.NDArray[np.int8] | npt.NDArray[np.int32]:
    _check_type(name, TensorType(type_.shape, element.storage), data)
    dtype = np.dtype(_STORED[element.storage])
    values = np.frombuffer(data.data, dtype.newbyteorder("<")).astype(dtype).reshape(type_.shape)
    if element.storage == "i4":
        values = (values & 0xF) - 16 * ((values & 0x8) >> 3)
    if values.min() < element.low or values.max() > element.high:
        raise ValueError(f"tensor '{name}' holds values outside {element.low}:{element.high}")
    return values.astype(dtype)


def _check_type(name: str, wanted: TensorType, data: Dense) -> None:
    if data.type != wanted:
        raise ValueError(f"tensor '{name}' is filled with values of another type")
