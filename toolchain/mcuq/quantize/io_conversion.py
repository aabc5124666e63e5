"""Float inputs and outputs: QUANTIZE and DEQUANTIZE at the edges of an integer model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.graph import Op
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.conversion import DEQUANTIZE, QUANTIZE
from mcuq.ops.operator import AnyOperator
from mcuq.quantized.qgraph import QuantizedGraph

INSIDE = "#integer"
"""Suffix of the integer tensor behind a float input or output, which keeps the name."""


def with_float_io(qgraph: QuantizedGraph) -> QuantizedGraph:
    """The same model with float32 inputs and outputs under the old names; integers and truth values
    stay.

    Stored values are round(x / scale) + zero point, saturated, ties away from zero; outputs are
    scale × (stored - zero point): TFLite's QUANTIZE and DEQUANTIZE.
    """
    edges = {
        name
        for name in (*qgraph.inputs, *qgraph.outputs)
        if qgraph.tensors[name].element is Element.REAL
    }
    inside = {name: name + INSIDE for name in edges}
    tensors: dict[str, QuantizedTensor] = {}
    for name, tensor in qgraph.tensors.items():
        if name in edges:
            tensors[name] = QuantizedTensor(
                name, tensor.shape, 32, np.ones(1, np.float32), is_float=True
            )
            tensor = replace(tensor, name=inside[name])
        tensors[tensor.name] = tensor

    def renamed(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(inside.get(name, name) for name in names)

    core = tuple(
        replace(op, inputs=renamed(op.inputs), outputs=renamed(op.outputs)) for op in qgraph.ops
    )
    first = tuple(_convert(QUANTIZE, name, inside[name]) for name in qgraph.inputs if name in edges)
    # An input that is also an output needs no way back.
    ways_out = edges - set(qgraph.inputs)
    results = [name for name in dict.fromkeys(qgraph.outputs) if name in ways_out]
    last = tuple(_convert(DEQUANTIZE, inside[name], name) for name in results)
    states = tuple(
        replace(s, read=inside.get(s.read, s.read), written=inside.get(s.written, s.written))
        for s in qgraph.states
    )
    return replace(qgraph, tensors=tensors, ops=(*first, *core, *last), states=states)


def _convert(kind: AnyOperator, source: str, result: str) -> Op:
    return Op(kind, result, (source,), (result,), NoAttrs())
