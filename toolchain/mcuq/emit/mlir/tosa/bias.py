"""The bias that TOSA's weighted operations insist on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcuq.emit.mlir.syntax import QuantizedElement, TensorType, Value
from mcuq.emit.mlir.tosa.block import Block
from mcuq.emit.mlir.types import dense

_INT32 = (-(1 << 31), (1 << 31) - 1)


def bias_of(block: Block, inputs: Sequence[Value], channels: int) -> Value:
    """The third input, or zeros at input scale × filter scale where there is none."""
    if len(inputs) == 3:
        return inputs[2]
    source, filters = (value.type.element for value in inputs)
    if not (isinstance(source, QuantizedElement) and isinstance(filters, QuantizedElement)):
        return block.constant(np.zeros(channels, np.float32), "f32")
    scales = np.float32(source.scales[0]) * np.array(filters.scales, np.float32)
    axis = None if filters.axis is None else 0
    element = QuantizedElement("i32", *_INT32, tuple(map(float, scales)), 0, axis)
    zeros = dense(np.zeros(channels, np.int32), "i32")
    return block.emit("tosa.const", [], TensorType((channels,), element), value=zeros)
