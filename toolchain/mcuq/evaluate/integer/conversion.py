"""QUANTIZE and DEQUANTIZE: between reals and integers at the edges of a model."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Op
from mcuq.numeric import dequantize, quantize_values
from mcuq.quantize import QuantizedGraph

Values = npt.NDArray[Any]


def quantize(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """QUANTIZE of float32."""
    result = qgraph.tensors[op.output]
    scale = np.float32(result.scale[0])
    return quantize_values(inputs[0], scale, result.zero_point, result.bits)


def dequantize_reals(qgraph: QuantizedGraph, op: Op, inputs: list[Values]) -> Values:
    """DEQUANTIZE to float32."""
    source = qgraph.tensors[op.inputs[0]]
    return dequantize(inputs[0], np.float32(source.scale[0]), source.zero_point)
