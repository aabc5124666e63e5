"""Samples for a model whose integers are given where there is no data: they test, never judge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mcuq.data import Dataset
from mcuq.graph.indices import Limits, index_limits, integer_span
from mcuq.numeric import dequantize, integer_limits
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.pipeline.settings import SAMPLES
from mcuq.quantized import QuantizedGraph

_SEED = 0


def constructed_samples(qgraph: QuantizedGraph) -> Dataset:
    """Values all over the range of every input: its ends, its zero, and random ones. Of a model
    that keeps states they are the steps of sequences.

    The same model gives the same samples. They come back as the same integers when they are
    quantized.
    """
    rng = np.random.default_rng(_SEED)
    limits = index_limits(qgraph.ops, qgraph.tensors)
    inputs = ((qgraph.tensors[name], limits.get(name)) for name in qgraph.inputs)
    values = tuple(_input(tensor, limit, SAMPLES.constructed, rng) for tensor, limit in inputs)
    if not qgraph.states:
        return Dataset(values)
    return Dataset(tuple(x.reshape(-1, SAMPLES.constructed_steps, *x.shape[1:]) for x in values))


def _input(
    tensor: QuantizedTensor, limits: Limits | None, count: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    shape = tensor.shape[1:]
    low, high = _span(tensor, limits)
    stored = rng.integers(low, high, (count, *shape), dtype=np.int64, endpoint=True)
    for sample, values in enumerate((low, high, np.full(shape, tensor.zero_point))):
        stored[sample] = values
    return dequantize(stored, np.float32(tensor.scale[0]), tensor.zero_point)


def _span(tensor: QuantizedTensor, limits: Limits | None) -> tuple[Limits, Limits]:
    """Least and largest of each stored value."""
    shape = tensor.shape[1:]
    if tensor.element is Element.REAL:
        low, high = integer_limits(tensor.bits)
        return np.full(shape, low), np.full(shape, high)
    return integer_span(tensor.element, limits, shape)
