"""Candidates judged on boards: the metric from outputs that came back over the link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.data import Dataset
from mcuq.errors import DeviceError
from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs
from mcuq.pipeline.emulating import emulating
from mcuq.pipeline.measured import build_candidate
from mcuq.pipeline.profile import ProfileTarget
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.quantized import QuantizedGraph
from mcuq.score.answers import predictions_of
from mcuq.score.metrics import Metric
from mcuq.search import Candidate, Genome
from mcuq.temporary import temporary_folder
from mcuq_hil import Session
from mcuq_hil.farm import Job, Place, run_jobs

Outputs = list[list[bytes]]
"""A sample's outputs, for each sample."""


def score_front(
    target: ProfileTarget,
    front: Sequence[Candidate],
    quantized: Callable[[Genome], QuantizedGraph],
    graph: Graph,
    data: Dataset,
    metric: Metric,
    places: Sequence[Place],
    progress: ProgressCallback = silent,
) -> tuple[float | None, ...]:
    """The metric of the fitting members of a front on `data`, run on a farm; None for the others.

    Raises:
        DeviceError: an image could not be run on any place; says which and why.
    """
    chosen = [index for index, candidate in enumerate(front) if candidate.fits]
    models = [quantized(front[index].genome) for index in chosen]
    progress(Progress("measure", 0, len(chosen), f"{len(data)} samples of each on the boards"))
    with temporary_folder() as scratch:
        jobs = [
            _job(target, f"front-{index}", model, data, scratch / str(index))
            for index, model in zip(chosen, models, strict=True)
        ]
        usable = [p for p in places if p.board == target.board.name]
        with emulating() as elsewhere:
            outcomes = run_jobs(usable, jobs, elsewhere=elsewhere).outcomes
    reference = run_float(graph, data.inputs)
    floats = tuple(reference[name] for name in graph.outputs)
    scored: list[float | None] = [None] * len(front)
    for index, model, outcome in zip(chosen, models, outcomes, strict=True):
        if outcome.value is None:
            raise DeviceError(
                f"{outcome.name} could not be run: {outcome.error}",
                "try the farm with: mcuq hil check",
            )
        found = _reals(model, outcome.value)
        scored[index] = metric.compute(predictions_of(graph, data, found, floats))
    return tuple(scored)


def _job(
    target: ProfileTarget, name: str, model: QuantizedGraph, data: Dataset, folder: Path
) -> Job[Outputs]:
    inputs = quantize_inputs(model, data.inputs)
    samples = [tuple(x[i].tobytes() for x in inputs) for i in range(len(data))]

    elf, most = build_candidate(target, model, folder)
    return Job(name, target.board.name, elf, _Run(samples, most))


@dataclass(frozen=True)
class _Run:
    """The outputs of each sample; a run takes at most so many instructions."""

    samples: list[tuple[bytes, ...]]
    most: int

    def __call__(self, session: Session) -> Outputs:
        session.expect(self.most)
        return [session.run(sample) for sample in self.samples]


def _reals(model: QuantizedGraph, outputs: Outputs) -> tuple[npt.NDArray[np.float32], ...]:
    """The bytes of all samples as real values, an array (samples, …) an output."""
    arrays = {}
    for number, name in enumerate(model.outputs):
        tensor = model.tensors[name]
        joined = b"".join(sample[number] for sample in outputs)
        arrays[name] = np.frombuffer(joined, tensor.dtype).reshape(len(outputs), *tensor.shape[1:])
    values = dequantize_outputs(model, arrays)
    return tuple(values[name] for name in model.outputs)
