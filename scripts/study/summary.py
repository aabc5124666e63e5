"""What a table of runs says: means over seeds, and paired differences with their errors."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mcuq.score.intervals import Interval, half_width, interval
from mcuq.score.scores import Floats, Score
from study.accuracy import FLOAT, Record

Key = tuple[str, str, float]
"""Model, method and budget: what the runs of a row have in common."""


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds and evaluation samples.

    Attributes:
        error: half the width of its 95 % interval (`half_width`); nan where the samples' own
            figures are not known.
    """

    value: float
    error: float

    @property
    def is_told_apart(self) -> bool:
        """Whether the interval holds no 0: more than about twice the standard error."""
        return abs(self.value) > self.error


@dataclass(frozen=True)
class Paired:
    """`method` minus `against`, seed by seed and sample by sample.

    Attributes:
        budget: of `method`.
        pairs: runs compared.
        accuracy, kl: mean difference; its interval is that of the differences.
    """

    model: str
    method: str
    against: str
    budget: float
    pairs: int
    accuracy: Estimate
    kl: Estimate


@dataclass(frozen=True)
class Row:
    """One method at one budget: means over its seeds, of bytes, volume and what they cost medians.

    Attributes:
        interval: 95 % over the evaluation samples; None where their own figures are not known.
        spread: standard deviation of the accuracy over the seeds, 0.0 for one run.
        to_float: the paired difference to the float model; None for itself and without it.
    """

    model: str
    method: str
    budget: float
    runs: int
    weight_bytes: int
    search_loss: float
    accuracy: float
    interval: Interval | None
    spread: float
    kl: Estimate
    to_float: Paired | None
    evaluations: int
    seconds: float
    volume: float | None


def rows(records: Sequence[Record]) -> list[Row]:
    """In the order in which methods and budgets first appear."""
    groups = _groups(records)
    floats = {model: group for (model, method, _), group in groups.items() if method == FLOAT}
    return [
        _row(key, group, floats.get(key[0]) if key[1] != FLOAT else None)
        for key, group in groups.items()
    ]


def _groups(records: Sequence[Record]) -> dict[Key, list[Record]]:
    groups: dict[Key, list[Record]] = {}
    for record in records:
        groups.setdefault((record.model, record.method, record.budget), []).append(record)
    return groups


def _row(key: Key, group: Sequence[Record], floats: Sequence[Record] | None) -> Row:
    accuracies = [r.test_accuracy for r in group]
    mean = statistics.fmean(accuracies)
    by_sample = _by_sample([r.scored.accuracy for r in group])
    volumes = [r.volume for r in group if r.volume is not None]
    score = Score(mean, None if by_sample is None else by_sample.mean(axis=0))
    return Row(
        *key,
        len(group),
        int(statistics.median(r.weight_bytes for r in group)),
        statistics.median(r.search_loss for r in group),
        mean,
        interval(score, is_share=group[0].scored.is_share),
        statistics.stdev(accuracies) if len(group) > 1 else 0.0,
        _estimate([r.scored.kl for r in group]),
        None if floats is None else _paired(group, floats),
        int(statistics.median(r.evaluations for r in group)),
        statistics.median(r.seconds for r in group),
        statistics.median(volumes) if volumes else None,
    )


def paired(records: Sequence[Record], method: str = "ga") -> list[Paired]:
    """`method` against each other one at equal budgets, and against the float model."""
    groups = _groups(records)
    found = []
    for (model, name, budget), ours in groups.items():
        if name == method:
            found += [
                _paired(ours, theirs)
                for (its_model, other, at), theirs in groups.items()
                if its_model == model and other != method and (other == FLOAT or at == budget)
            ]
    return found


def _paired(ours: Sequence[Record], theirs: Sequence[Record]) -> Paired:
    """A method of one run meets every seed of the other."""
    by_seed = {record.seed: record for record in theirs}
    pairs = [(a, by_seed.get(a.seed, theirs[0])) for a in ours]
    first = ours[0]
    return Paired(
        first.model,
        first.method,
        theirs[0].method,
        first.budget,
        len(pairs),
        _difference(pairs, lambda record: record.scored.accuracy),
        _difference(pairs, lambda record: record.scored.kl),
    )


def _difference(
    pairs: Sequence[tuple[Record, Record]], score: Callable[[Record], Score]
) -> Estimate:
    return _estimate([_less(score(a), score(b)) for a, b in pairs])


def _less(a: Score, b: Score) -> Score:
    value = a.value - b.value
    if a.samples is None or b.samples is None:
        return Score(value)
    return Score(value, a.samples - b.samples)


def _estimate(scores: Sequence[Score]) -> Estimate:
    values = _by_sample(scores)
    error = math.nan if values is None else half_width(values)
    return Estimate(statistics.fmean(score.value for score in scores), error)


def _by_sample(scores: Sequence[Score]) -> Floats | None:
    """(runs, samples); None where one run's are not known."""
    samples = [score.samples for score in scores if score.samples is not None]
    return np.stack(samples) if len(samples) == len(scores) else None
