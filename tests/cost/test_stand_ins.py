"""The benchmark structures: the published sizes, and memory plans at their lower bound."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from stand_ins import anomaly_detection, visual_wake_words

from mcuq.calibrate import calibrate
from mcuq.cost import plan_program
from mcuq.graph import Graph
from mcuq.importers import load_tflite
from mcuq.lower import LowerOptions, lower
from mcuq.quantize import quantize
from mcuq.quantized import QuantizedGraph


def quantized(graph: Graph) -> QuantizedGraph:
    rng = np.random.default_rng(1)
    samples = rng.normal(size=(2, *graph.tensors["x"].shape[1:])).astype(np.float32)
    return quantize(graph, calibrate(graph, samples, ("minmax",)))


def largest_live_sum(qgraph: QuantizedGraph) -> int:
    """Bytes of the two tensors around the widest operator: what a plan without overlap needs."""
    sizes = [qgraph.tensors[n].nbytes for n in (*qgraph.inputs, *(op.output for op in qgraph.ops))]
    return max(a + b for a, b in itertools.pairwise(sizes))


@pytest.mark.parametrize(
    ("graph", "macs", "weights"),
    [(visual_wake_words(), 7_489_664, 28), (anomaly_detection(), 264_192, 10)],
    ids=["vww", "ad"],
)
def test_structure(graph: Graph, macs: int, weights: int) -> None:
    assert lower(quantized(graph)).macs == macs
    assert len(graph.weights) == weights


@pytest.mark.parametrize("graph", [visual_wake_words(), anomaly_detection()], ids=["vww", "ad"])
@pytest.mark.parametrize("kernels", ["mcuq", "cmsis-nn"])
def test_plan_reaches_its_lower_bound(graph: Graph, kernels: str) -> None:
    qgraph = quantized(graph)
    memory = plan_program(lower(qgraph, LowerOptions(kernels=kernels)))  # type: ignore[arg-type]
    assert memory.plan.arena_bytes == memory.plan.lower_bound
    if kernels == "cmsis-nn":
        assert memory.arena_bytes == largest_live_sum(qgraph)
    else:
        assert memory.arena_bytes <= largest_live_sum(qgraph)
        assert memory.arena_bytes <= {"vww": 40_000, "ad": 1_000}[graph.name]


@pytest.mark.parametrize(("name", "bound"), [("resnet8", 49_152), ("kws", 16_000)])
def test_plan_of_the_trained_models(mlperf_tiny: Path, name: str, bound: int) -> None:
    graph = load_tflite(mlperf_tiny / f"{name}_float32.tflite")
    samples = np.random.default_rng(0).normal(size=(2, *graph.tensors[graph.inputs[0]].shape[1:]))
    qgraph = quantize(graph, calibrate(graph, samples.astype(np.float32), ("minmax",)))
    plain = plan_program(lower(qgraph, LowerOptions(kernels="cmsis-nn")))
    fast = plan_program(lower(qgraph))
    assert plain.arena_bytes == plain.plan.lower_bound == bound
    # With overlaps granted the bound is a bound only: no plan need reach it.
    assert fast.plan.lower_bound <= fast.arena_bytes <= {"resnet8": 36_500, "kws": 9_500}[name]
