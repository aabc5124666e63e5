"""A model and its data, prepared once for every method: candidates, search scores, exact scores."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import OBSERVERS, calibrate
from mcuq.content import ByContent
from mcuq.data import Dataset, load_data
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.interpret.samples import SampleArray
from mcuq.pipeline.accuracy import make_scorer
from mcuq.pipeline.check import check_readable
from mcuq.pipeline.elimination import without_idle_channels
from mcuq.pipeline.refinement import refine_chosen
from mcuq.pipeline.scoring import Candidates, split
from mcuq.pipeline.scrutiny import float_findings
from mcuq.pipeline.search import make_ranker
from mcuq.pipeline.searchable import search_candidates
from mcuq.pipeline.solving import solved_on
from mcuq.progress import Progress, ProgressCallback, announce, silent
from mcuq.quantized import QuantizedGraph
from mcuq.sanity.samples import shared_samples
from mcuq.sanity.sets import scrutinize
from mcuq.score.answers import predictions_of
from mcuq.score.choice import suited_metric
from mcuq.score.loss import divergence
from mcuq.score.metrics import Metric
from mcuq.score.ranking import Ranker
from mcuq.score.scores import Score
from mcuq.search import Genome
from mcuq.workers import start_workers

Floats = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class StudyFiles:
    """What a study reads; search and evaluation data fall back to the one before.

    Attributes:
        bits: widths of filters to choose from.
        drop_channels: whether channels can go, too.
        mixed_channels: whether a filter can have two widths, too.
    """

    model: Path
    calibration: Path
    search: Path | None = None
    evaluation: Path | None = None
    bits: tuple[int, ...] = (8, 4)
    drop_channels: bool = False
    mixed_channels: bool = False


@dataclass(frozen=True, eq=False)
class Scored(ByContent):
    """A model on the evaluation samples, sample by sample.

    Attributes:
        accuracy: the study's metric.
        kl: mean KL to the float model, nats.
        is_share: the metric lies in [0, 1].
    """

    accuracy: Score
    kl: Score
    is_share: bool


@dataclass(frozen=True, eq=False)
class Study(ByContent):
    """Attributes:
    name: the model file's stem.
    candidates: genome → quantized graph.
    ranker: search losses.
    calibration, evaluation: samples.
    metric: of the figures.
    reference: float heads and outputs on the evaluation samples.
    """

    name: str
    candidates: Candidates
    ranker: Ranker
    calibration: Dataset
    evaluation: Dataset
    metric: Metric
    reference: Floats

    @property
    def graph(self) -> Graph:
        """The float model."""
        return self.candidates.graph

    @property
    def solved_on(self) -> tuple[Sequence[SampleArray], ...]:
        """What filters of a mix are solved on, as in a build."""
        return solved_on(self.candidates, self.calibration)

    def score(self, found: Floats) -> Scored:
        """Heads and outputs on the evaluation samples."""
        names = self.graph.outputs
        predictions = predictions_of(
            self.graph,
            self.evaluation,
            tuple(found[name] for name in names),
            tuple(self.reference[name] for name in names),
        )
        kl = divergence(self.ranker.loss_outputs, self.reference, found)
        accuracy = self.metric.score(predictions)
        return Scored(accuracy, Score(float(kl.mean()), kl), self.metric.is_share)


def prepare(files: StudyFiles, workers: int, progress: ProgressCallback = silent) -> Study:
    """Read everything, tell what is suspicious as a build does, calibrate, compute candidates.

    Raises:
        InputError: a file that cannot be used.
    """
    progress(Progress("prepare", note=files.model.stem))
    for path in (files.model, files.calibration, files.search, files.evaluation):
        if path is not None:
            check_readable(path)
    graph = load_model(files.model)
    sets = scrutinize(
        load_data(files.calibration, graph),
        load_data(files.search, graph) if files.search else None,
        load_data(files.evaluation, graph) if files.evaluation else None,
        graph.inputs,
    )
    calibration, search, evaluation = sets.calibration, sets.search, sets.evaluation
    metric, doubts = suited_metric(graph, evaluation)
    findings = (*sets.findings, *doubts, *shared_samples(search, evaluation))
    announce("prepare", findings, progress, strict=False)
    scorer = make_scorer(graph, evaluation, metric)
    announce("prepare", float_findings(scorer), progress, strict=False)
    reduced = without_idle_channels(graph, (calibration, search, evaluation), None)
    announce("prepare", reduced.findings, progress, strict=False)
    graph = reduced.graph
    ranges = calibrate(graph, calibration.inputs, OBSERVERS)
    candidates = search_candidates(
        graph,
        ranges,
        calibration,
        widths=files.bits,
        drop_channels=files.drop_channels,
        mixed_channels=files.mixed_channels,
        workers=workers,
        progress=progress,
    )
    ranker = make_ranker(graph, search)
    keep = {*graph.outputs, *(head.tensor for head in ranker.loss_outputs)}
    return Study(
        files.model.stem,
        candidates,
        ranker,
        calibration,
        evaluation,
        metric,
        run_float(graph, evaluation.inputs, keep=keep),
    )


def samples_line(study: Study) -> str:
    """Which samples decided what."""
    search = len(study.ranker.inputs[0])
    rungs = split(search)
    kept = rungs.holdout[1] - rungs.holdout[0]
    shared = shared_samples(Dataset(study.ranker.inputs), study.evaluation)
    judged = "some of which the search saw" if shared else "which nothing else here sees"
    return (
        f"{study.name}: filters fitted to {len(study.calibration):,} samples, searched on "
        f"{search:,} (the last {kept:,} only pick), judged by {study.metric.name} and KL on "
        f"{len(study.evaluation):,}, {judged}."
    )


@dataclass(frozen=True, eq=False)
class Refined(ByContent):
    """Attributes:
    search_loss: mean KL on the search samples, without those kept back.
    scored: on the evaluation samples.
    seconds: what refining took.
    """

    search_loss: float
    scored: Scored
    seconds: float


class StudyScorer:
    """Genomes judged in the firmware's arithmetic, in worker processes.

    A context manager; workers end with it.
    """

    def __init__(self, study: Study, workers: int) -> None:
        self._workers = start_workers(workers, _start, study)

    def __enter__(self) -> StudyScorer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workers.__exit__(kind, error, trace)

    def __call__(self, genomes: Sequence[Genome]) -> dict[Genome, Scored]:
        """Figures by genome, each computed once."""
        distinct = list(dict.fromkeys(genomes))
        found = self._workers.map(_score_in_worker, [(genome,) for genome in distinct])
        return dict(zip(distinct, found, strict=True))

    def refined(self, genomes: Sequence[Genome]) -> dict[Genome, Refined]:
        """The same after the refinement that `mcuq build` gives its winner."""
        distinct = list(dict.fromkeys(genomes))
        found = self._workers.map(_refined, [(genome,) for genome in distinct])
        return dict(zip(distinct, found, strict=True))


def _figures(study: Study, qgraph: QuantizedGraph) -> Scored:
    inputs = quantize_inputs(qgraph, study.evaluation.inputs)
    values = run_integer(qgraph, inputs, keep=tuple(study.reference))
    return study.score(dequantize_outputs(qgraph, values))


def _refined(study: Study, genome: Genome) -> Refined:
    start = time.perf_counter()
    search = Dataset(study.ranker.inputs)
    qgraph = refine_chosen(study.candidates, genome, study.calibration, search, silent).qgraph
    seconds = time.perf_counter() - start
    loss = study.ranker.losses(qgraph, split(len(search)).full).mean()
    return Refined(float(loss), _figures(study, qgraph), seconds)


def _start(study: Study) -> Study:
    return study


def _score_in_worker(study: Study, genome: Genome) -> Scored:
    return _figures(study, study.candidates.quantize(genome))
