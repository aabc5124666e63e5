"""What the filters of mixes are solved on while a search goes on."""

from __future__ import annotations

import numpy as np

from mcuq.data import Dataset
from mcuq.pipeline.scoring import Candidates, Inputs
from mcuq.pipeline.settings import SAMPLES
from mcuq.ptq.candidates.layer import LayerShape
from mcuq.ptq.candidates.sequence import weighted_ops
from mcuq.quantize import Config, quantize


def solved_on(candidates: Candidates, calibration: Dataset) -> tuple[Inputs, ...]:
    """Calibration samples, (N, …) for each input: fewer for all mixes, where second moments take
    more than `SAMPLES.solved_products` multiplications, then as many as candidates are fitted to;
    one set for both where those are few."""
    everything = calibration.take(SAMPLES.candidates)
    few = max(1, SAMPLES.solved_products // _products(candidates))
    if few >= len(everything):
        return (everything.inputs,)
    return calibration.take(few).inputs, everything.inputs


def _products(candidates: Candidates) -> int:
    """Multiplications of the second moments of all layers' input patches, for a sample."""
    graph = candidates.graph
    qgraph = quantize(graph, candidates.ranges, Config())
    total = 0
    for op in weighted_ops(graph):
        one = np.zeros(graph.tensors[op.inputs[0]].shape, np.float32)
        groups, positions, inputs = LayerShape.of(qgraph, op).patches(one).shape
        total += groups * positions * inputs * inputs
    return total
