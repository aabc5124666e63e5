"""Emitted C with int2 and ternary weights gives the bytes of our own evaluation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from host_model import HostModel

from mcuq.cost import constant_bytes, plan_program
from mcuq.graph import Graph, Op, Tensor
from mcuq.lower import lower
from mcuq.numeric import TERNARY
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph

KINDS = (CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED)


class UnitRanges:
    def range(self, tensor: str, observer: str) -> tuple[float, float]:
        return -1.0, 1.0


def convolution(bits: int, kernel: int, channels: tuple[int, int]) -> QuantizedGraph:
    inputs, outputs = channels
    rng = np.random.default_rng(9)
    weight = rng.normal(size=(outputs, kernel, kernel, inputs)).astype(np.float32)
    size = 9 - kernel
    tensors = {
        "x": Tensor("x", (1, 8, 8, inputs)),
        "w": Tensor("w", weight.shape, weight / 10),
        "y": Tensor("y", (1, size, size, outputs)),
    }
    ops = (Op(CONV_2D, "y", ("x", "w"), ("y",), ConvAttrs()),)
    graph = Graph("conv", tensors, ops, ("x",), ("y",))
    return quantize(graph, UnitRanges(), Config(default_weight=WeightChoice(bits)))


@pytest.mark.parametrize("bits", [2, TERNARY])
@pytest.mark.parametrize(("kernel", "channels"), [(3, (16, 10)), (3, (3, 6)), (1, (13, 7))])
def test_convolutions_through_the_packed_kernels(
    kernel: int, channels: tuple[int, int], bits: int, tmp_path: Path
) -> None:
    qgraph = convolution(bits, kernel, channels)
    suffix = "ternary" if bits == TERNARY else "s2"
    assert lower(qgraph).functions[0].endswith(suffix)
    x = np.random.default_rng(4).integers(-128, 128, (3, 8, 8, channels[0])).astype(np.int8)
    HostModel(qgraph, tmp_path).check([x])


def test_narrower_weights_take_less_flash() -> None:
    programs = [lower(convolution(b, 3, (32, 32))) for b in (8, 4, 2, TERNARY)]
    sizes = [constant_bytes(plan_program(program)).arrays for program in programs]
    weights = 32 * 9 * 32
    channel_words = 32 * 8
    assert [s - channel_words for s in sizes] == [weights, weights // 2, weights // 4, 1844]
