"""Tensors of int8 with one scale, as integer operators see them."""

from __future__ import annotations

import numpy as np

from mcuq.importers.tflite.records import FileTensor
from mcuq.numeric.tensor import QuantizedTensor


def int8_tensor(tensor: FileTensor) -> QuantizedTensor | None:
    """The tensor without its data; None where it is no int8 with one scale."""
    stored = tensor.quantization
    if stored is None or stored.scale.size != 1 or tensor.dtype != "int8":
        return None
    scale = stored.scale.astype(np.float32)
    return QuantizedTensor(tensor.name, tensor.shape, 8, scale, int(stored.zero_point[0]))
