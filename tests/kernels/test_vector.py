"""The vector kernels, run by QEMU: outputs, and instructions under CMSIS-NN's."""

from __future__ import annotations

import pytest

from mcuq.bench.chain import Chain
from mcuq.bench.measure import measure_graph
from mcuq.bench.vector import BOARD, GRAPHS, has_emulator, vector_layer
from mcuq.graph import Graph
from mcuq.numeric import TERNARY
from mcuq.numeric.activation import Activation

pytestmark = [
    pytest.mark.arm,
    pytest.mark.slow,
    pytest.mark.skipif(not has_emulator(), reason="qemu-system-arm is not installed"),
]

CMSIS_NN = {
    "conv3x3_16x16_32x32": (0.40, 0.57),
    "conv1x1_64x64_25x5": (0.40, 0.64),
    "depthwise3x3_64_25x5": (2.34, 2.84),
    "dense_640x128": (0.49, 0.41),
}
"""Instructions a MAC of Arm's library, int8 and int4, gcc 12.2 -O2."""


def odd_sizes(channels: int) -> Graph:
    """Channels, depths and pixels that leave rests everywhere."""
    model = Chain("odd", (1, 11, 9, 3), channels)
    model.conv(channels, (3, 2), 2)
    model.depthwise(3, 1)
    model.conv(channels + 1, 1, 1)
    model.conv(12, (5, 3), 1)
    model.depthwise(3, 2)
    model.conv(5, 1, 1)
    model.pool()
    model.dense(7, Activation.NONE)
    return model.graph()


@pytest.mark.parametrize("bits", [8, 4, 2, TERNARY])
@pytest.mark.parametrize("channels", [4, 6, 7])
@pytest.mark.parametrize("optimize", ["speed", "size"])
def test_odd_sizes_on_the_board(bits: int, channels: int, optimize: str) -> None:
    """measure_graph compares the board's bytes with the evaluation's."""
    measure_graph("odd", odd_sizes(channels), bits, BOARD, optimize)  # type: ignore[arg-type]


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("layer", list(GRAPHS))
def test_fewer_instructions_than_cmsis_nn(layer: str, bits: int) -> None:
    from mcuq.bench.layers import LAYERS

    instructions, _, _ = vector_layer(layer, bits)
    limit = CMSIS_NN[layer][0 if bits == 8 else 1]
    assert instructions < limit * LAYERS[layer](bits).macs
