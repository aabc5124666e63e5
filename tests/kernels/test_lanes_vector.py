"""The kernels by lanes of bytes, their assembly run by QEMU: random layers give the bytes of the
evaluation."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcuq.bench.chain import Chain
from mcuq.bench.measure import measure_graph
from mcuq.bench.vector import BOARD, has_emulator
from mcuq.graph import Graph
from mcuq.numeric import TERNARY
from mcuq.numeric.activation import Activation

pytestmark = [
    pytest.mark.arm,
    pytest.mark.slow,
    pytest.mark.skipif(not has_emulator(), reason="qemu-system-arm is not installed"),
]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Convolutions, pointwise and depthwise layers of any depth and rest, a pool, a dense layer."""
    height, width = (draw(st.integers(3, 12)) for _ in range(2))
    model = Chain("random", (1, height, width, draw(st.integers(1, 20))), draw(st.integers(0, 99)))
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(("conv", "pointwise", "depthwise")))
        if kind == "depthwise":
            model.depthwise(3, draw(st.integers(1, 2)))
        elif kind == "pointwise":
            model.conv(draw(st.integers(1, 70)), 1, 1)
        else:
            kernel = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
            model.conv(draw(st.integers(1, 37)), kernel, draw(st.integers(1, 2)))
    model.pool()
    model.dense(draw(st.integers(1, 13)), Activation.NONE)
    return model.graph()


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(graph=graphs(), bits=st.sampled_from((8, 4, 2, TERNARY)))
def test_random_layers_on_the_board(graph: Graph, bits: int) -> None:
    """measure_graph compares the board's bytes with the evaluation's."""
    measure_graph("random", graph, bits, BOARD, "speed")
