"""QUANTIZE and DEQUANTIZE: between reals and integers at the edges of a model."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Op
from mcuq.numeric import (
    dequantize,
    integer_limits,
    multiply_by_quantized_multiplier,
    quantize_multiplier,
    quantize_values,
)
from mcuq.quantized import QuantizedGraph, QuantizedTensor

Values = npt.NDArray[Any]


def quantize(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """QUANTIZE of float32, or from one integer type to another."""
    source, result = qgraph.tensors[op.inputs[0]], qgraph.tensors[op.output]
    if not source.real:
        return _requantize(inputs[0], source, result)
    scale = np.float32(result.scale[0])
    return quantize_values(inputs[0], scale, result.zero_point, result.bits)


def dequantize_reals(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """DEQUANTIZE to float32."""
    source = qgraph.tensors[op.inputs[0]]
    return dequantize(inputs[0], np.float32(source.scale[0]), source.zero_point)


def _requantize(x: Values, source: QuantizedTensor, result: QuantizedTensor) -> Values:
    factor = quantize_multiplier(float(source.scale[0]) / float(result.scale[0]))
    shifted = x.astype(np.int64) - source.zero_point
    scaled = multiply_by_quantized_multiplier(shifted, *factor) + result.zero_point
    return np.clip(scaled, *integer_limits(result.bits)).astype(result.dtype)
