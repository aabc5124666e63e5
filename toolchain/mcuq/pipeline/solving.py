"""What the filters of a mix are solved on, one mix after the other, while a search goes on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcuq.data import Dataset
from mcuq.interpret.samples import SampleArray
from mcuq.pipeline.scoring import Candidates
from mcuq.pipeline.settings import SAMPLES
from mcuq.ptq.candidates.layer import LayerShape
from mcuq.ptq.candidates.sequence import weighted_ops
from mcuq.quantize import Config, quantize


def solved_on(candidates: Candidates, calibration: Dataset) -> Sequence[SampleArray]:
    """Calibration samples, (N, …) for each input: as many as candidates are fitted to, fewer where
    second moments take more than `SAMPLES.solved_products` multiplications."""
    each = _products(candidates)
    return calibration.take(min(SAMPLES.candidates, max(1, SAMPLES.solved_products // each))).inputs


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
