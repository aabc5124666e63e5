"""What a requantizing copy is worth where a joined input is read by others, too.

Small networks with random filters, as segmentation and detection have them, whose joined values
differ in range by a factor: a U-Net (CONCATENATION of a skip and what is upsampled), a pyramid
(CONCATENATION of levels, of which one goes on) and a MAXIMUM of two branches. Each is quantized to
int8 with and without the copy, on the same samples; printed is the mean of the signal to
quantization noise of the outputs over the seeds, in dB.

python scripts/measure_joins.py [--seeds 5]
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

import numpy as np

from mcuq.calibrate import calibrate
from mcuq.graph import Graph
from mcuq.importers.builder import GraphBuilder
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import NoAttrs, Padding
from mcuq.ops.extremes import MAXIMUM
from mcuq.ops.movement import CONCATENATION, ConcatAttrs
from mcuq.ops.weighted import CONV_2D
from mcuq.ops.weighted_params import ConvAttrs
from mcuq.quantize import joins, quantize
from mcuq.quantize.settings import RANGES

SIZE, CHANNELS, SAMPLES = 12, 8, 16
FACTORS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 16.0)


class _Network:
    """Convolutions of random filters, each scaled so that values keep their size."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.build = GraphBuilder()
        self.x = self.build.input((1, SIZE, SIZE, 3), "x")

    def conv(self, value: str, factor: float = 1.0, width: int = CHANNELS) -> str:
        depth = self.build.shape(value)[-1]
        filters = self.rng.normal(size=(width, 3, 3, depth)) * factor / np.sqrt(4.5 * depth)
        attrs = ConvAttrs(padding=Padding.SAME, activation=Activation.RELU)
        return self.build.op(
            CONV_2D, attrs, [value, self.build.constant(filters, "filters")], "conv"
        )

    def join(self, *values: str) -> str:
        return self.build.op(CONCATENATION, ConcatAttrs(3), list(values), "join")


def unet(seed: int, factor: float) -> Graph:
    """The skip is read by the encoder's next layer and by the join."""
    net = _Network(seed)
    skip = net.conv(net.x)
    deep = net.conv(net.conv(skip), factor)
    return net.build.graph("unet", (net.conv(net.join(skip, deep)),))


def pyramid(seed: int, factor: float) -> Graph:
    """Three levels, of which each but the last goes on."""
    net = _Network(seed)
    first = net.conv(net.x)
    second = net.conv(first, factor)
    third = net.conv(second, 1 / factor)
    return net.build.graph("pyramid", (net.conv(net.join(first, second, third)),))


def maximum(seed: int, factor: float) -> Graph:
    """The smaller branch has an output of its own."""
    net = _Network(seed)
    small, large = net.conv(net.x), net.conv(net.x, factor)
    merged = net.build.op(MAXIMUM, NoAttrs(), [small, large], "maximum")
    return net.build.graph("maximum", (net.conv(merged), net.conv(small)))


NETWORKS: dict[str, Callable[[int, float], Graph]] = {
    "U-Net": unet,
    "pyramid": pyramid,
    "MAXIMUM": maximum,
}


def noise(graph: Graph, limit: float) -> float:
    """Signal to quantization noise in dB on new samples, the mean over outputs."""
    rng = np.random.default_rng(0)
    seen, new = (rng.normal(size=(SAMPLES, SIZE, SIZE, 3)).astype(np.float32) for _ in range(2))
    with patch.object(joins, "RANGES", replace(RANGES, drag_limit=limit)):
        qgraph = quantize(graph, calibrate(graph, [seen]))
    found = dequantize_outputs(qgraph, run_integer(qgraph, quantize_inputs(qgraph, [new])))
    real = run_float(graph, [new])
    return statistics.mean(
        float(10 * np.log10(np.square(real[y]).sum() / np.square(real[y] - found[y]).sum()))
        for y in graph.outputs
    )


def main(words: list[str] | None = None) -> int:
    """Print a table a network."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args(words)
    print("| network | ranges apart by | one scale | with copies | gain |")
    print("|---|--:|--:|--:|--:|")
    for name, network in NETWORKS.items():
        for factor in FACTORS:
            graphs = [network(seed, factor) for seed in range(options.seeds)]
            without, within = (
                statistics.mean(noise(graph, limit) for graph in graphs)
                for limit in (float("inf"), 1.0)
            )
            gain = within - without
            print(f"| {name} | {factor:g} | {without:.1f} dB | {within:.1f} dB | {gain:+.1f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
