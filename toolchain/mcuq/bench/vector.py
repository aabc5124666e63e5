"""The layers on a core with the vector extension, which the bare emulator does not have.

A one-layer model runs on QEMU's board instead; its instructions are the layer's, with the few of
the model's own call.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping

from mcuq.bench.chain import Chain
from mcuq.bench.layers import LAYERS
from mcuq.bench.measure import measure_graph, quantized
from mcuq.graph import Graph
from mcuq.lower import LowerOptions, lower
from mcuq.numeric.activation import Activation

BOARD = "mps3-an547"
CORE = "cortex-m55"
EMULATOR = "qemu-system-arm"


def _conv() -> Graph:
    model = Chain("conv", (1, 32, 32, 16), 0)
    model.conv(16, 3, 1)
    return model.graph()


def _pointwise() -> Graph:
    model = Chain("pointwise", (1, 25, 5, 64), 0)
    model.conv(64, 1, 1)
    return model.graph()


def _depthwise() -> Graph:
    model = Chain("depthwise", (1, 25, 5, 64), 0)
    model.depthwise(3, 1)
    return model.graph()


def _dense() -> Graph:
    model = Chain("dense", (1, 640), 0)
    model.dense(128, Activation.RELU)
    return model.graph()


GRAPHS: Mapping[str, Callable[[], Graph]] = dict(
    zip(LAYERS, (_conv, _pointwise, _depthwise, _dense), strict=True)
)
"""The layers of LAYERS as models."""


def has_emulator() -> bool:
    """Whether QEMU is installed."""
    return shutil.which(EMULATOR) is not None


def vector_layer(name: str, bits: int) -> tuple[int, int, int]:
    """Instructions, scratch bytes and code bytes of a layer of GRAPHS on the vector extension.

    Raises:
        DeviceError: QEMU is missing, or its output is wrong.
    """
    graph = GRAPHS[name]()
    cost = measure_graph(name, graph, bits, BOARD, "speed")
    qgraph, _ = quantized(graph, bits)
    (call,) = lower(qgraph, LowerOptions(lanes=True)).calls
    return cost.instructions, call.scratch_bytes, cost.code_bytes
