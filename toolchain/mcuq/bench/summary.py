"""What a table of runs says: medians over seeds, and paired differences with their errors."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from mcuq.bench.accuracy import Record


@dataclass(frozen=True)
class Row:
    """One method at one budget: medians over its seeds.

    Attributes:
        spread: standard deviation of the accuracy over the seeds, 0.0 for one run.
    """

    model: str
    method: str
    budget: float
    runs: int
    weight_bytes: int
    search_loss: float
    accuracy: float
    spread: float
    kl: float
    evaluations: int
    seconds: float


@dataclass(frozen=True)
class Paired:
    """`method` minus `against`, seed by seed, over the budgets named.

    Attributes:
        accuracy, kl: mean difference.
        accuracy_error, kl_error: its standard error; nan for a single pair.
    """

    model: str
    method: str
    against: str
    budget: float
    pairs: int
    accuracy: float
    accuracy_error: float
    kl: float
    kl_error: float


def rows(records: Sequence[Record]) -> list[Row]:
    """Medians, in the order in which methods and budgets first appear."""
    groups: dict[tuple[str, str, float], list[Record]] = {}
    for record in records:
        groups.setdefault((record.model, record.method, record.budget), []).append(record)
    return [_row(*key, group) for key, group in groups.items()]


def _row(model: str, method: str, budget: float, group: Sequence[Record]) -> Row:
    accuracies = [r.test_accuracy for r in group]
    return Row(
        model,
        method,
        budget,
        len(group),
        int(statistics.median(r.weight_bytes for r in group)),
        statistics.median(r.search_loss for r in group),
        statistics.median(accuracies),
        statistics.stdev(accuracies) if len(group) > 1 else 0.0,
        statistics.median(r.test_kl for r in group),
        int(statistics.median(r.evaluations for r in group)),
        statistics.median(r.seconds for r in group),
    )


def paired(records: Sequence[Record], method: str = "ga") -> list[Paired]:
    """`method` against each other one at equal budgets; a method of one run meets every seed."""
    cells: dict[tuple[str, str, float], dict[int, Record]] = {}
    for record in records:
        cells.setdefault((record.model, record.method, record.budget), {})[record.seed] = record
    found = []
    for (model, other, budget), theirs in cells.items():
        ours = cells.get((model, method, budget), {})
        pairs = [(a, theirs.get(s) or next(iter(theirs.values()))) for s, a in ours.items()]
        if other != method and pairs:
            found.append(_paired(model, method, other, budget, pairs))
    return found


def _paired(
    model: str, method: str, other: str, budget: float, pairs: Sequence[tuple[Record, Record]]
) -> Paired:
    accuracy = [a.test_accuracy - b.test_accuracy for a, b in pairs]
    kl = [a.test_kl - b.test_kl for a, b in pairs]
    return Paired(
        model,
        method,
        other,
        budget,
        len(pairs),
        statistics.fmean(accuracy),
        _standard_error(accuracy),
        statistics.fmean(kl),
        _standard_error(kl),
    )


def _standard_error(values: Sequence[float]) -> float:
    """Of the mean."""
    return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan
