"""The float graph that a quantized one stands for, and the configuration in its types."""

from __future__ import annotations

import numpy as np

from mcuq.graph import WEIGHTED, Graph, Tensor
from mcuq.numeric import dequantize
from mcuq.quantize import Config, QuantizedGraph, QuantizedTensor, WeightChoice

GIVEN = "given"
"""Weight method and observer of what a file prescribes."""


def dequantized(qgraph: QuantizedGraph) -> Graph:
    """The same operators over real values: scale × (stored - zero point) of every constant."""
    tensors = {name: _real(tensor) for name, tensor in qgraph.tensors.items()}
    return Graph(qgraph.name, tensors, qgraph.ops, qgraph.inputs, qgraph.outputs)


def configuration(qgraph: QuantizedGraph) -> Config:
    """Bits by filter, as the tensors have them; method and observers are `GIVEN`."""
    filters = dict.fromkeys(op.inputs[1] for op in qgraph.ops if op.kind in WEIGHTED)
    choices = {name: WeightChoice(qgraph.tensors[name].bits, GIVEN) for name in filters}
    return Config(weights=choices, default_observer=GIVEN)


def _real(tensor: QuantizedTensor) -> Tensor:
    if tensor.data is None:
        return Tensor(tensor.name, tensor.shape)
    scale = tensor.scale
    if tensor.axis is not None:
        shape = [1] * len(tensor.shape)
        shape[tensor.axis] = scale.size
        scale = scale.reshape(shape)
    return Tensor(
        tensor.name, tensor.shape, dequantize(tensor.data, np.asarray(scale), tensor.zero_point)
    )
