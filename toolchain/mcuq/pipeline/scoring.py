"""Scores candidates on all cores; the same losses on any number of workers.

Search samples are used in rungs, so that the winner is not the one that fits noise: every
candidate is scored on a few, promising ones on many, the best of them on all but those kept back,
and the last few on samples that the search has never seen.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from mcuq.graph import Graph
from mcuq.interpret.samples import SampleArray
from mcuq.pipeline.pruning import Pruning, Variant
from mcuq.pipeline.settings import RUNGS, RungSettings
from mcuq.pipeline.space import ModelSpace
from mcuq.ptq.refine import FilterSolver
from mcuq.quantize import quantize
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.weights import Bank
from mcuq.quantized import QuantizedGraph
from mcuq.score.ranking import Ranker
from mcuq.score.settings import RANKING
from mcuq.search import Genome
from mcuq.search.problem import LOW, MEDIUM, SOLVED
from mcuq.workers import start_workers

Inputs = Sequence[SampleArray]


@dataclass(frozen=True)
class Candidates:
    """All that turns a genome into a quantized graph; picklable."""

    graph: Graph
    ranges: RangeSource
    bank: Bank | None
    space: ModelSpace
    pruning: Pruning | None = None

    def variant(self, genome: Genome) -> Variant:
        """The float model that `genome` is about, and its filters."""
        levels = self.space.levels(genome)
        if self.pruning is None or not any(levels):
            return Variant(self.graph, self.bank or {}, {})
        return self.pruning.variant(levels)

    def quantize(self, genome: Genome) -> QuantizedGraph:
        variant = self.variant(genome)
        return quantize(variant.graph, self.ranges, self.space.config(genome), variant.bank)

    def solver(self, genome: Genome, inputs: Inputs) -> FilterSolver:
        """For the float model that `genome` is about."""
        return FilterSolver(self.variant(genome).graph, self.ranges, inputs)

    def solved_anew(self, genome: Genome, solve: FilterSolver) -> QuantizedGraph:
        """The same with every filter solved for what reaches it."""
        config, graph = self.space.config(genome), self.variant(genome).graph
        bank = solve(config)
        weights = {**config.weights, **{name: choice for name, choice in bank}}
        return quantize(graph, self.ranges, replace(config, weights=weights), bank)


Span = tuple[int, int]
"""First sample and one past the last."""


@dataclass(frozen=True)
class Rungs:
    """The samples of `mcuq.search.problem`'s rungs."""

    low: Span
    medium: Span
    full: Span
    holdout: Span

    def span(self, rung: int) -> Span:
        """Samples of a rung."""
        return (self.low, self.medium, self.full, self.holdout)[rung]


def split(samples: int, settings: RungSettings = RUNGS) -> Rungs:
    """The last of them are kept back for the pick; too few samples serve all uses."""
    if samples < settings.fewest:
        return Rungs(*((0, samples),) * 4)
    kept = samples - samples // settings.kept_back
    low = min(kept, max(settings.least_low, min(settings.low, kept // settings.low_share)))
    if low > RANKING.at_once:
        low -= low % RANKING.at_once  # a part of a batch costs as much as a whole one
    return Rungs((0, low), (0, min(settings.medium, kept)), (0, kept), (kept, samples))


class Scorer:
    """Mean loss of genomes, in worker processes where more than one is asked for.

    A context manager; workers end with it.

    Args:
        solved_on: real samples, (N, …) for each input, on which filters are solved anew: a set for
            the rungs `SOLVED` and one for `SOLVED_ON_ALL`, or one for both; without them there are
            no such rungs.
    """

    def __init__(
        self,
        candidates: Candidates,
        ranker: Ranker,
        workers: int,
        rungs: Rungs,
        solved_on: Sequence[Inputs] = (),
    ) -> None:
        self.rungs = rungs
        self._screened: dict[Genome, float] = {}
        self._sets = len(solved_on)
        self._solved: dict[tuple[Genome, int], npt.NDArray[np.float64]] = {}
        self._workers = start_workers(workers, _Worker, candidates, ranker, solved_on)

    def __enter__(self) -> Scorer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workers.__exit__(kind, error, trace)

    def __call__(self, genomes: Sequence[Genome], rung: int) -> list[float]:
        """Losses over the samples of `rung`, in the genomes' order."""
        if rung >= SOLVED:
            number = min(rung // SOLVED, self._sets) - 1
            return self._solved_anew(genomes, number, self.rungs.span(rung % SOLVED))
        if rung == LOW:
            return self._low(genomes)
        low, medium = self.rungs.low, self.rungs.medium
        if rung == MEDIUM and low != medium:
            # Always put together from the same two parts, so that a confirmation has the same
            # digits whether or not the genome was raced before.
            few, many = low[1], medium[1] - low[1]
            rest = self._losses(genomes, (low[1], medium[1]))
            pairs = zip(self._low(genomes), rest, strict=True)
            return [(few * a + many * b) / (few + many) for a, b in pairs]
        return self._losses(genomes, self.rungs.span(rung))

    def wait_for_workers(self) -> None:
        """Return when every worker process has started: before a measurement."""
        seen: set[tuple[str, int]] = set()
        while len(seen) < self._workers.count:
            seen.update(self._workers.map(_identity, [()] * (4 * self._workers.count)))

    def _low(self, genomes: Sequence[Genome]) -> list[float]:
        """Race losses, each computed once."""
        fresh = [g for g in dict.fromkeys(genomes) if g not in self._screened]
        self._screened.update(zip(fresh, self._losses(fresh, self.rungs.low), strict=True))
        return [self._screened[g] for g in genomes]

    def _solved_anew(self, genomes: Sequence[Genome], number: int, span: Span) -> list[float]:
        """Each genome is solved once on a set of samples, for the samples of all rungs."""
        jobs = [(g, number) for g in dict.fromkeys(genomes)]
        fresh = [job for job in jobs if job not in self._solved]
        found = self._workers.map(_solve_in_worker, fresh) if fresh else []
        self._solved.update(zip(fresh, found, strict=True))
        return [float(self._solved[g, number][span[0] : span[1]].mean()) for g in genomes]

    def _losses(self, genomes: Sequence[Genome], span: Span) -> list[float]:
        # Some at once, since handing over one costs as much as some scores; not all of a worker's,
        # since they take unequal time.
        share = max(1, min(RUNGS.handed_over, len(genomes) // (2 * self._workers.count)))
        return self._workers.map(_score_in_worker, [(g, span) for g in genomes], together=share)


class _Worker:
    """What a process keeps between jobs."""

    def __init__(self, candidates: Candidates, ranker: Ranker, solved_on: Sequence[Inputs]) -> None:
        self.candidates, self.ranker, self._solved_on = candidates, ranker, solved_on
        self._solvers: dict[int, tuple[tuple[int, ...], FilterSolver]] = {}

    def solved_anew(self, genome: Genome, number: int) -> QuantizedGraph:
        """On that set of samples, by the solver of the last model where it is the same: others
        would fill the disk."""
        levels = self.candidates.space.levels(genome)
        if self._solvers.get(number, (None,))[0] != levels:
            solver = self.candidates.solver(genome, self._solved_on[number])
            self._solvers[number] = levels, solver
        return self.candidates.solved_anew(genome, self._solvers[number][1])


def _score_in_worker(worker: _Worker, genome: Genome, span: Span) -> float:
    return float(worker.ranker.losses(worker.candidates.quantize(genome), span).mean())


def _solve_in_worker(worker: _Worker, genome: Genome, number: int) -> npt.NDArray[np.float64]:
    """Losses on all samples."""
    with threadpool_limits(1):
        solved = worker.solved_anew(genome, number)
    return worker.ranker.losses(solved, (0, len(worker.ranker.inputs[0])))


def _identity(_: _Worker) -> tuple[str, int]:
    """This process, after a moment in which others can take work, too."""
    time.sleep(0.01)
    return platform.node(), os.getpid()
