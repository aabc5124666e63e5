"""Between real numbers and what a tensor stores."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.numeric.affine import dequantize, quantize_values
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import QuantizedTensor


def as_stored(values: npt.NDArray[Any], tensor: QuantizedTensor) -> npt.NDArray[Any]:
    """Reals of any shape as `tensor` stores them, saturated; in its dtype.

    Integers and truth values stay what they are; those outside of int32 are undefined.
    """
    if tensor.is_float:
        return np.asarray(values, np.float32)
    if tensor.element is not Element.REAL:
        return np.asarray(values).astype(tensor.dtype)
    reals = np.asarray(values, np.float32)
    return quantize_values(reals, np.float32(tensor.scale[0]), tensor.zero_point, tensor.bits)


def as_reals(values: npt.NDArray[Any], tensor: QuantizedTensor) -> npt.NDArray[np.float32]:
    """What stored values of any shape stand for."""
    if tensor.is_float:
        return values
    return dequantize(values, np.float32(tensor.scale[0]), tensor.zero_point)
