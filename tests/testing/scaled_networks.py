"""Networks of which channels are multiples of others: no two are equal, half of them can go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.bench.chain import Chain
from mcuq.graph import Graph
from mcuq.numeric.activation import Activation


def scaled_network(channels: int = 16, seed: int = 0) -> Graph:
    """Three convolutions, the second depthwise, of which the second half of the channels are
    multiples of the first."""
    chain = Chain("scaled", (1, 8, 8, 2), seed)
    chain.conv(channels, 3, 1)
    chain.depthwise(3, 1)
    chain.conv(channels, 3, 2)
    chain.pool()
    chain.dense(4, Activation.NONE)
    graph = chain.graph()
    tensors = dict(graph.tensors)
    half = channels // 2
    factors = np.linspace(0.6, 1.4, half).astype(np.float32)
    for number, axis in ((0, 0), (1, 3), (2, 0)):
        for name in (f"weight{number}", f"bias{number}"):
            data = tensors[name].data
            assert data is not None
            columns = np.moveaxis(data.copy(), axis if name.startswith("w") else 0, -1)
            scale = factors if number != 1 else 1.0
            columns[..., half:] = columns[..., :half] * scale
            if name == "bias1":  # the depthwise layer's input is a multiple, its bias is to be one
                columns[..., half:] = columns[..., :half] * factors
            moved = np.moveaxis(columns, -1, axis if name.startswith("w") else 0)
            tensors[name] = replace(tensors[name], data=np.ascontiguousarray(moved))
    return replace(graph, tensors=tensors)


def scaled_samples(count: int, seed: int = 1) -> np.ndarray:
    """Inputs of such a network."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, 8, 8, 2)).astype(np.float32)
