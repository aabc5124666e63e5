"""What stored values stand for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.tflite.flatbuffer import malformed
from mcuq.importers.tflite.records import FileTensor


def real_values(tensor: FileTensor, data: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Values stored as those of `tensor` in float32; values without a scale as they are.

    Raises:
        InputError: they are beyond float32.
    """
    if tensor.quantization is None:
        return data
    scale, zero_point = (
        _along_axis(values, tensor.quantization.axis, data.ndim)
        for values in (tensor.quantization.scale, tensor.quantization.zero_point)
    )
    with np.errstate(over="ignore"):
        real: npt.NDArray[Any] = ((data.astype(np.float64) - zero_point) * scale).astype(np.float32)
    if not np.isfinite(real).all():
        raise malformed(f"the scale of tensor {tensor.name!r} is too large for float32")
    return real


def _along_axis(values: npt.NDArray[Any], axis: int, rank: int) -> npt.NDArray[Any]:
    """Per-channel values shaped to broadcast along `axis` of a tensor of `rank` dimensions."""
    if values.size == 1:
        return values.reshape(())
    shape = [1] * rank
    shape[axis] = values.size
    return values.reshape(shape)
