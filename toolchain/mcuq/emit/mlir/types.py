"""Tensors of our graphs as MLIR tensor types.

A quantized tensor's bits are its storage range: all of i8 or i16 is an activation, `i8<-127:127>`,
`i4<-7:7>`, `i4<-2:1>` and `i4<-1:1>` are filters of 8, 4, 2 bits and three values, i32 is a bias.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.emit.mlir.syntax import STORAGE_BITS, Dense, QuantizedElement, TensorType
from mcuq.errors import InputError
from mcuq.graph import Tensor
from mcuq.numeric import integer_limits, weight_limits
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import QuantizedTensor

AnyTensor = Tensor | QuantizedTensor

_PLAIN = {Element.INT32: "i32", Element.BOOL: "i1"}
_STORED = {"i4": np.int8, "i8": np.int8, "i16": np.int16, "i32": np.int32}


def type_of(tensor: AnyTensor, is_filter: bool = False) -> TensorType:
    """The type of a float or quantized tensor.

    Args:
        is_filter: whether the values are symmetric weights.
    """
    if tensor.element is not Element.REAL:
        return TensorType(tensor.shape, _PLAIN[tensor.element])
    if isinstance(tensor, Tensor) or tensor.is_float:
        return TensorType(tensor.shape, "f32")
    # MLIR quantizes to 32 bits at most; `constant` refuses a 64-bit bias that needs more.
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
        # As MLIR keeps them: two's complement in the low half of a byte, the rest zero.
        data = bytes(byte & 0xF for byte in data)
    return Dense(TensorType(values.shape, element), data)


def constant(tensor: AnyTensor, type_: TensorType) -> Dense:
    """The data of a constant tensor of type `type_`.

    Raises:
        InputError: a 64-bit bias does not fit 32 bits.
    """
    assert tensor.data is not None  # callers ask for constants only
    element = type_.element
    if isinstance(element, str):
        plain = np.dtype(np.float32) if tensor.element is Element.REAL else tensor.element.dtype
        return dense(tensor.data.astype(plain), element)
    stored = tensor.data.astype(_STORED[element.storage])
    if not np.array_equal(stored, tensor.data):
        raise InputError(
            f"bias {tensor.name!r} needs more than the 32 bits that MLIR quantizes to",
            "quantize the float model with mcuq, which keeps biases within 31 bits",
        )
    return dense(stored, element.storage)
