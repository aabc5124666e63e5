"""Pooling and MEAN by words and by vectors give the bytes of the evaluation on each core."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcuq.bench.chain import Chain
from mcuq.bench.measure import measure_graph
from mcuq.bench.vector import BOARD, has_emulator
from mcuq.graph import Graph
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.mean import MEAN, MeanAttrs
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D, PoolAttrs

pytestmark = [pytest.mark.arm, pytest.mark.slow]

needs_qemu = pytest.mark.skipif(not has_emulator(), reason="qemu-system-arm is not installed")
on_boards = pytest.mark.parametrize(
    "board",
    ["nucleo-g071rb", "stm32f746", pytest.param(BOARD, marks=needs_qemu)],
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Two pools, one of up to 20×20 pixels: more than 16-bit sums hold."""
    height, width = (draw(st.integers(2, 20)) for _ in range(2))
    shape = (1, height, width, draw(st.integers(1, 21)))
    model = Chain("random", shape, draw(st.integers(0, 99)))
    for most in (4, 20):
        _, height, width, channels = model.shape
        size = tuple(draw(st.integers(1, min(most, n))) for n in (height, width))
        stride = (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
        padding = draw(st.sampled_from(Padding))
        spare = [0 if padding is Padding.SAME else n - 1 for n in size]
        out = [-(-(n - s) // by) for n, s, by in zip((height, width), spare, stride, strict=True)]
        kind = draw(st.sampled_from((AVERAGE_POOL_2D, MAX_POOL_2D)))
        activation = draw(st.sampled_from((Activation.NONE, Activation.RELU)))
        attrs = PoolAttrs((size[0], size[1]), stride, padding, activation)
        model.add(kind, (1, *out, channels), attrs)
    return model.graph()


@st.composite
def means(draw: st.DrawFn) -> Graph:
    """The mean of all pixels: of up to 324, where sums of 16 bits are added more than once."""
    size = draw(st.tuples(st.integers(1, 18), st.integers(1, 18)))
    channels = draw(st.integers(1, 17))
    model = Chain("random", (1, *size, channels), draw(st.integers(0, 99)))
    model.add(MEAN, (1, 1, 1, channels), MeanAttrs((1, 2), keep_dims=True))
    return model.graph()


@on_boards
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(graph=graphs())
def test_random_windows_on_the_board(board: str, graph: Graph) -> None:
    """measure_graph compares the board's bytes with the evaluation's."""
    measure_graph("random", graph, 8, board, "speed")


@on_boards
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(graph=means())
def test_random_means_on_the_board(board: str, graph: Graph) -> None:
    measure_graph("random", graph, 8, board, "speed")
