"""Candidates per second: our evaluation against the plain loop, side by side in one run.

The plain loop is what a script around LiteRT does: write the packed flatbuffer, load it in a new
interpreter, run the search samples one by one on one thread. Ours is what the search does. Both
score the very genomes that a real search of this model scored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from pydantic import computed_field

from mcuq.document import Document
from mcuq.emit.tflite import tflite_bytes
from mcuq.numeric import dequantize, quantize_values
from mcuq.pipeline.scoring import Rungs, Scorer, split
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.score.loss import cut, divergence
from mcuq.score.prefix import PrefixCache
from mcuq.search import Cost, Evaluator, Genome, Limits, run
from mcuq.search.problem import FULL
from mcuq.tflite.quiet import quiet_native_log
from mcuq.tflite.runtime import Interpreter
from study.preparation import Study

_SAME = 16
"""Candidates of a round that are scored on all samples."""
_PLAIN = 4
"""Candidates of a round that the plain loop scores, spread over the search."""
_BUDGET = 0.5
"""Of the int8 weight bytes, for the search whose candidates are used."""


@dataclass(frozen=True)
class SpeedResult:
    """Candidates per second, two ways.

    Attributes:
        model: the model file's stem.
        samples: search samples that a candidate of the plain loop is scored on.
        workers: processes of ours; the plain loop has one thread.
        candidates: scored by ours in each round; the plain loop scores a few of the same.
        plain: candidates per second of the plain loop, median over the rounds.
        same_samples: of ours with every candidate on all of those samples.
        ours: as the search works: all candidates on few samples, promising ones on all.
        plain_cpu: `plain` per second of processor time, on one core: what other programs on the
            machine do not change.
        ours_cpu: `ours`, likewise.
    """

    model: str
    samples: int
    workers: int
    candidates: int
    plain: float
    same_samples: float
    ours: float
    plain_cpu: float
    ours_cpu: float

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @property
    def ratio(self) -> float:
        """How many times faster on all cores."""
        return self.ours / self.plain

    @computed_field  # type: ignore[prop-decorator]
    @property
    def cpu_ratio(self) -> float:
        """How many times less processor time."""
        return self.ours_cpu / self.plain_cpu


SPEED = Document(
    "bench-speed",
    SpeedResult,
    "candidates per second, two ways",
    "`scripts/search_speed.py --json`",
)


@dataclass(frozen=True)
class Request:
    """What a search asked its score function for, in order."""

    genomes: tuple[Genome, ...]
    rung: int


def compare_speed(
    study: Study,
    evaluations: int,
    rounds: int,
    workers: int,
    progress: ProgressCallback = silent,
) -> SpeedResult:
    """Score the candidates of a whole search in both ways, in turns.

    Every round starts with fresh workers, so that nothing is remembered from the last.
    """
    rungs = split(len(study.ranker.inputs[0]))
    requests = recorded_requests(study, evaluations, workers)
    genomes = list(dict.fromkeys(g for r in requests for g in r.genomes))
    first, last = rungs.span(FULL)
    plain: list[_Rate] = []
    same: list[_Rate] = []
    ours: list[_Rate] = []
    alone: list[_Rate] = []
    for number in range(rounds):
        progress(Progress("speed", number, rounds))
        few = genomes[number :: max(1, len(genomes) // _PLAIN)][:_PLAIN]
        plain.append(_rate(len(few), partial(_plain_losses, study, few, last - first)))
        with _warm(study, workers, rungs) as scorer:
            some = genomes[-_SAME:]
            same.append(_rate(len(some), partial(scorer, some, FULL)))
        for count, rates in ((workers, ours), (1, alone)):
            with _warm(study, count, rungs) as scorer:
                rates.append(_rate(len(genomes), partial(_replay, scorer, requests)))
    return SpeedResult(
        study.name,
        last - first,
        workers,
        len(genomes),
        float(np.median([r.wall for r in plain])),
        float(np.median([r.wall for r in same])),
        float(np.median([r.wall for r in ours])),
        float(np.median([r.cpu for r in plain])),
        float(np.median([r.cpu for r in alone])),
    )


@dataclass(frozen=True)
class _Rate:
    """Candidates per second, and per second of this process's processor time."""

    wall: float
    cpu: float


def _rate(candidates: int, score: Callable[[], object]) -> _Rate:
    wall, cpu = time.perf_counter(), time.process_time()
    score()
    return _Rate(
        candidates / (time.perf_counter() - wall), candidates / (time.process_time() - cpu)
    )


def _replay(scorer: Scorer, requests: Sequence[Request]) -> None:
    for request in requests:
        scorer(request.genomes, request.rung)


def _warm(study: Study, workers: int, rungs: Rungs) -> Scorer:
    """Fresh worker processes that have started, with nothing remembered."""
    fresh = replace(study.ranker, cache=PrefixCache(), stored={})
    scorer = Scorer(study.candidates, fresh, workers, rungs)
    scorer.wait_for_workers()
    return scorer


def recorded_requests(study: Study, evaluations: int, workers: int) -> list[Request]:
    """Every score request of a real search of so many evaluations, in order."""
    space = study.candidates.space.space
    requests: list[Request] = []
    full = space.weight_bytes(space.reference)
    rungs = split(len(study.ranker.inputs[0]))
    with Scorer(study.candidates, study.ranker, workers, rungs) as scorer:

        def recording(genomes: Sequence[Genome], rung: int) -> Sequence[float]:
            requests.append(Request(tuple(genomes), rung))
            return scorer(genomes, rung)

        evaluator = Evaluator(
            space,
            recording,
            lambda g: Cost(space.weight_bytes(g), 0, space.weight_bytes(g), 0),
            Limits(weight_bytes=int(_BUDGET * full)),
            evaluations,
        )
        run("ga", evaluator, 0)
    return requests


def _plain_losses(study: Study, genomes: Sequence[Genome], samples: int) -> list[float]:
    return [plain_loss(study, genome, samples) for genome in genomes]


def plain_loss(study: Study, genome: Genome, samples: int) -> float:
    """The search loss of one candidate, the plain way."""
    loss_outputs = study.ranker.loss_outputs
    part = cut(study.candidates.quantize(genome), [head.tensor for head in loss_outputs])
    with quiet_native_log():
        interpreter = Interpreter(model_content=tflite_bytes(part), num_threads=1)
        interpreter.allocate_tensors()
    stored = [
        quantize_values(x[:samples], part.tensors[n].scale[0], part.tensors[n].zero_point)
        for n, x in zip(part.inputs, study.ranker.inputs, strict=True)
    ]
    inputs = [detail["index"] for detail in interpreter.get_input_details()]
    outputs = [detail["index"] for detail in interpreter.get_output_details()]
    found: list[list[Any]] = [[] for _ in loss_outputs]
    for sample in range(samples):
        for index, x in zip(inputs, stored, strict=True):
            interpreter.set_tensor(index, x[sample : sample + 1])
        interpreter.invoke()
        for index, values in zip(outputs, found, strict=True):
            values.append(interpreter.get_tensor(index)[0])
    real = {
        name: dequantize(
            np.stack(values), part.tensors[name].scale[0], part.tensors[name].zero_point
        )
        for name, values in zip(part.outputs, found, strict=True)
    }
    reference = {name: x[:samples] for name, x in study.ranker.reference.items()}
    return float(divergence(loss_outputs, reference, real).mean())
