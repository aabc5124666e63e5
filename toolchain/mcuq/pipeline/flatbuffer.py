"""`model.tflite`, in the smallest of the forms that give the same bytes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from mcuq.blocks import split
from mcuq.emit.tflite import tflite_bytes
from mcuq.numeric.narrow import NONE_NARROW
from mcuq.quantized import QuantizedGraph


def smallest_flatbuffer(qgraph: QuantizedGraph) -> bytes:
    """A filter of two widths as two operators that are joined, or as one in the wider of them:
    what an operator more takes in the file is often more than what its weights save."""
    parted = {name for name, tensor in qgraph.tensors.items() if tensor.narrow}
    best = tflite_bytes(_parted(qgraph, parted))
    for name in sorted(parted):
        found = tflite_bytes(_parted(qgraph, parted - {name}))
        if len(found) <= len(best):
            parted, best = parted - {name}, found
    return best


def _parted(qgraph: QuantizedGraph, names: Collection[str]) -> QuantizedGraph:
    """With these filters in two, of those that could be."""
    whole = {
        name: replace(tensor, narrow=NONE_NARROW)
        for name, tensor in qgraph.tensors.items()
        if tensor.narrow and name not in names
    }
    return split(replace(qgraph, tensors={**qgraph.tensors, **whole}))
