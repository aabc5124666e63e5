"""Networks with dead channels on emulated boards: as fast as others, and equal bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from kernel_odd import with_odd_channels
from test_odd_channels import layer

from mcuq.bench.chain import Chain
from mcuq.bench.measure import (
    TRAINED,
    measure_graph,
    measure_model,
    measure_quantized,
    quantized,
    trained,
)
from mcuq.bench.vector import has_emulator
from mcuq.graph import Graph
from mcuq.lower import lower
from mcuq.numeric.activation import Activation
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D

pytestmark = [pytest.mark.arm, pytest.mark.slow]

BOARDS = ["nucleo-g071rb", "stm32f103c8", "nucleo-f446re", "stm32f746", "nucleo-h563zi"]
"""A board for each of M0+, M3, M4, M7 and M33."""
VECTOR = pytest.param(
    "mps3-an547",
    marks=pytest.mark.skipif(not has_emulator(), reason="qemu-system-arm is not installed"),
)


@pytest.mark.parametrize(("bits", "most"), [(8, 12_600_000), (4, 12_900_000)])
def test_visual_wake_words(mlperf_tiny: Path, bits: int, most: int) -> None:
    """The official model, in which most channels are dead; all are kept.

    Code ordered by cycles takes some more instructions: docs/kernels.md#cycles-and-goals.
    """
    assert measure_model("vww", mlperf_tiny, bits, "stm32f746", "speed").instructions <= most


@pytest.mark.parametrize("bits", [8, 4, 2, 1])
@pytest.mark.parametrize("model", TRAINED)
def test_no_trained_layer_is_slow(mlperf_tiny: Path, model: str, bits: int) -> None:
    program = lower(trained(model, mlperf_tiny, bits)[0])
    assert not [call.slow for call in program.calls if call.slow]


def plain_network(dead: bool) -> Graph:
    """3x3 layers only; a third of every one's channels are what training may leave."""
    model = Chain("plain", (1, 16, 16, 3), 0)
    for channels, stride in ((16, 1), (16, 1), (32, 2), (32, 1), (64, 2)):
        model.conv(channels, 3, stride)
    model.pool()
    model.dense(10, Activation.NONE)
    graph = model.graph()
    return with_dead_channels(graph) if dead else graph


def with_dead_channels(graph: Graph) -> Graph:
    """Of every 12 channels one each all zero, around 1e-30, constant, and a duplicate."""
    tensors = dict(graph.tensors)
    for op in graph.ops:
        if op.kind is not CONV_2D:
            continue
        weight = np.array(tensors[op.inputs[1]].data)
        weight[1::12] = 0
        weight[4::12] *= np.float32(1e-30)
        weight[7::12] = weight[7::12].mean()
        weight[10::12] = weight[0]
        tensors[op.inputs[1]] = replace(tensors[op.inputs[1]], data=weight)
    return replace(graph, tensors=tensors)


@pytest.mark.parametrize("bits", [8, 4])
def test_dead_channels_cost_nothing(bits: int) -> None:
    live, dead = (
        measure_graph("plain", plain_network(dead), bits, "stm32f746", "speed").instructions
        for dead in (False, True)
    )
    assert dead <= 1.01 * live
    assert not any(call.slow for call in lower(quantized(plain_network(True), bits)[0]).calls)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("kind", [CONV_2D, DEPTHWISE_CONV_2D])
@pytest.mark.parametrize("board", [*BOARDS, VECTOR])
def test_channels_computed_alone_on_every_core(board: str, kind: AnyOperator, bits: int) -> None:
    """measure_quantized compares the board's bytes with the evaluation's."""
    kinds = ["ordinary", "steeper", "zero", "tiny with huge bias", "lowest", "ordinary", "outlier"]
    case = with_odd_channels(layer(kind, len(kinds) + 1, 3, bits), [*kinds, "ordinary"], bits)
    (call,) = lower(case.graph).calls
    assert call.functions[1:] == (f"mcuq_rest_s{bits}",)
    measure_quantized("odd", case.graph, case.input, board, "speed")
