"""Scores on one, two, four workers, and a schedule of many from the time that each score takes.

What the machine's other work changes is said beside what it does not: seconds of the wall's clock
are compared within one round only; the schedule is made of processor seconds.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from statistics import median
from unittest import mock

import psutil

from mcuq.pipeline import scoring
from mcuq.pipeline.scoring import Scorer, split
from mcuq.pipeline.settings import RUNGS
from mcuq.progress import Progress, ProgressCallback
from mcuq.score.prefix import PrefixCache
from mcuq.search import Genome
from mcuq.search.settings import FIDELITIES
from mcuq.workers import start_workers, working_on
from mcuq.workers.base import InThisProcess, Job, Value
from study.preparation import Study
from study.speed import Request, recorded_requests

_NOTHING = 200
"""Jobs without work, to find what one costs whoever hands it over."""


@dataclass(frozen=True)
class Timing:
    """One way to score the candidates of a search, in one round.

    Attributes:
        seconds: of the wall's clock.
        handing: processor seconds of the process that hands over, the scheduler included.
        working: processor seconds of its workers.
    """

    seconds: float
    handing: float
    working: float


@dataclass(frozen=True)
class Recorded:
    """What a search asks for, and how long each score takes one process.

    Attributes:
        calls: processor seconds of each candidate, call by call; a call waits for the one before.
        serial: processor seconds of the search itself, on one process.
        job: processor seconds that handing a job over costs the process that does it.
        trip: seconds from handing over a job without work to its result.
    """

    calls: tuple[tuple[float, ...], ...]
    serial: float
    job: float
    trip: float

    @property
    def alone(self) -> float:
        """Seconds of one process that hands nothing over."""
        return self.serial + sum(map(sum, self.calls))

    def stretched(self, factor: float) -> Recorded:
        """The same search of a model whose scores take so many times as long."""
        return replace(
            self, calls=tuple(tuple(factor * one for one in call) for call in self.calls)
        )


class _Timed(InThisProcess):
    """Writes down how long each job of each call takes."""

    calls: list[tuple[float, ...]]

    def map(
        self, function: Callable[..., Value], jobs: Sequence[Job], *, together: int = 1
    ) -> list[Value]:
        found, seconds = [], []
        for job in jobs:
            begin = time.process_time()
            found.append(function(self._state, *job))
            seconds.append(time.process_time() - begin)
        self.calls.append(tuple(seconds))
        return found


def search_requests(study: Study, evaluations: int) -> list[Request]:
    """What a search asks for, as a build's log hands it on: so many at once and no more."""
    size = FIDELITIES.logged_together
    return [
        Request(request.genomes[at : at + size], request.rung)
        for request in recorded_requests(study, evaluations, 1)
        for at in range(0, len(request.genomes), size)
    ]


def timings(
    study: Study,
    requests: Sequence[Request],
    counts: Sequence[int],
    rounds: int,
    progress: ProgressCallback,
) -> dict[tuple[str, int], list[Timing]]:
    """("pool" or "dask", workers) → a timing a round; every round has all of them, in turns."""
    found: dict[tuple[str, int], list[Timing]] = {}
    for number in range(rounds):
        for count in counts:
            ways: dict[str, AbstractContextManager[None]] = {
                "pool": nullcontext(),
                "dask": working_on(None, "local", count),
            }
            for way, where in ways.items():
                progress(Progress("scaling", number, rounds, f"{way}, {count} workers"))
                found.setdefault((way, count), []).append(_timed(study, requests, count, where))
    return found


def _timed(
    study: Study, requests: Sequence[Request], count: int, where: AbstractContextManager[None]
) -> Timing:
    with where, _scorer(study, count) as scorer:
        scorer.wait_for_workers()
        wall, own, theirs = time.perf_counter(), time.process_time(), _children()
        for request in requests:
            scorer(request.genomes, request.rung)
        return Timing(time.perf_counter() - wall, time.process_time() - own, _children() - theirs)


def _children() -> float:
    """Processor seconds of all processes below this one."""
    times = (child.cpu_times() for child in psutil.Process().children(recursive=True))
    return float(sum(each.user + each.system for each in times))


def _scorer(study: Study, count: int) -> Scorer:
    """With nothing remembered."""
    fresh = replace(study.ranker, cache=PrefixCache(), stored={})
    return Scorer(study.candidates, fresh, count, split(len(study.ranker.inputs[0])))


def recorded(study: Study, requests: Sequence[Request], serial: float) -> Recorded:
    """The times that a schedule is made of."""
    _Timed.calls = []
    with (
        mock.patch.object(scoring, "start_workers", lambda _, *start: _Timed(*start)),
        _scorer(study, 1) as scorer,
    ):
        for request in requests:
            scorer(request.genomes, request.rung)
    job, trip = _handing_over()
    return Recorded(tuple(filter(None, _Timed.calls)), serial, job, trip)


def _handing_over() -> tuple[float, float]:
    with working_on(None, "local", 1), start_workers(1, _no_state) as workers:
        workers.map(_nothing, [()])
        trips = []
        for _ in range(20):
            begin = time.perf_counter()
            workers.map(_nothing, [()])
            trips.append(time.perf_counter() - begin)
        own = time.process_time()
        workers.map(_nothing, [()] * _NOTHING)
        return (time.process_time() - own) / _NOTHING, median(trips)


def _no_state() -> None:
    """Nothing is needed to do nothing."""


def _nothing(_: None) -> None:
    """As a job."""


def search_seconds(study: Study, evaluations: int) -> float:
    """Processor seconds of the search itself, its scores left out."""
    spent = 0.0
    score = Scorer.__call__

    def timed(scorer: Scorer, genomes: Sequence[Genome], rung: int) -> list[float]:
        nonlocal spent
        begin = time.process_time()
        losses = score(scorer, genomes, rung)
        spent += time.process_time() - begin
        return losses

    with mock.patch.object(Scorer, "__call__", timed):
        begin = time.process_time()
        recorded_requests(study, evaluations, 1)
        return time.process_time() - begin - spent


def scheduled(times: Recorded, workers: int) -> float:
    """Seconds that the same search takes so many workers, each free one taking the next job.

    Jobs are cut as `Scorer` cuts them. Handing one over takes its sender `times.job`; a call ends
    a trip after its last job.
    """
    return times.serial + sum(_call(call, workers, times) for call in times.calls)


def _call(seconds: Sequence[float], workers: int, times: Recorded) -> float:
    share = max(1, min(RUNGS.handed_over, len(seconds) // (2 * workers)))
    free = [0.0] * workers
    sent = 0.0
    for part in _parts(seconds, share):
        sent += times.job
        heapq.heappush(free, max(sent, heapq.heappop(free)) + part)
    return max(free) + times.trip


def _parts(seconds: Sequence[float], share: int) -> Iterator[float]:
    return (sum(seconds[at : at + share]) for at in range(0, len(seconds), share))
