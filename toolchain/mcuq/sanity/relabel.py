"""Labels that are right in another reading: classes in another order, targets on another scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.data import Labels
from mcuq.sanity.settings import LABELS
from mcuq.score.answers import Answer, Predictions, answers
from mcuq.score.labels import class_numbers, yes_or_no
from mcuq.score.metrics import Metric
from mcuq.score.scores import THRESHOLD, Score

_SHOWN = 6
"""Classes that are named."""


@dataclass(frozen=True)
class Remedy:
    """What would make the float model right.

    Attributes:
        words: what is to be done, without a full stop.
        score: the model's then.
    """

    words: str
    score: Score


def labels_otherwise(metric: Metric, predictions: Predictions, score: Score) -> Remedy | None:
    """The reading of the labels by which the float model is right; None where there is none, or
    where it is right as they are."""
    scored = answers(predictions, metric.output)
    if len(scored) != 1 or scored[0].labels is None or score.samples is None:
        return None
    if metric.name == "top1":
        return None if score.value >= LABELS.good else _other_order(scored[0])
    if metric.name == "auc":
        return _swapped(scored[0].labels, score)
    return _other_scale(scored[0], score) if metric.name == "mse" else None


def _other_order(answer: Answer) -> Remedy | None:
    """By the assignment of labels to answered classes that most samples agree with."""
    from scipy.optimize import linear_sum_assignment

    if answer.classes == 1:
        decided = (answer.values.reshape(len(answer.values), -1) > THRESHOLD).astype(np.int64)
        right = yes_or_no(answer).astype(np.int64)
    else:
        decided = answer.by_class(answer.values).argmax(axis=2)
        right = class_numbers(answer).astype(np.int64)
    if right.shape[1] != 1:
        return None
    count = max(answer.classes, 2)
    table = np.zeros((count, count), np.int64)
    np.add.at(table, (right[:, 0], decided[:, 0]), 1)
    to = linear_sum_assignment(-table)[1]
    hits = (to[right[:, 0]] == decided[:, 0]).astype(np.float64)
    share = float(hits.mean())
    each = table.sum(axis=1)
    moved = [label for label in range(count) if each[label] and to[label] != label]
    if share < LABELS.good or not moved or each[each > 0].min() < LABELS.each:
        return None
    return Remedy(_order(moved, to), Score(share, hits))


def _order(moved: list[int], to: npt.NDArray[np.intp]) -> str:
    pairs = [f"{label} for class {to[label]}" for label in moved[:_SHOWN]]
    more = ", …" if len(moved) > _SHOWN else ""
    return f"number the labels as the model does: label {', '.join(pairs)}{more}"


def _swapped(labels: Labels, score: Score) -> Remedy | None:
    if score.value > 1 - LABELS.good or score.samples is None:
        return None
    if labels[0].size != 1 or not np.isin(labels, (0, 1)).all():
        return None
    return Remedy("swap the labels 0 and 1", Score(1 - score.value, 1 - score.samples))


def _other_scale(answer: Answer, score: Score) -> Remedy | None:
    """By a straight line through outputs and targets."""
    targets = answer.targets()
    if targets is None:
        return None
    x = answer.values.astype(np.float64).ravel()
    y = targets.astype(np.float64).ravel()
    spread = float(np.var(y))
    if spread == 0 or np.ptp(x) == 0 or score.value <= LABELS.scaled * spread:
        return None
    slope = float(np.mean((x - x.mean()) * (y - y.mean())) / np.var(x))
    offset = float(y.mean() - slope * x.mean())
    errors = (slope * answer.values.astype(np.float64) + offset - targets) ** 2
    samples = errors.reshape(len(errors), -1).mean(axis=1)
    error = float(samples.mean())
    if not error <= (1 - LABELS.good) * spread:
        return None
    words = f"the targets are {slope:.4g} times the outputs {'+' if offset >= 0 else '-'} "
    return Remedy(f"{words}{abs(offset):.4g}: scale them as in training", Score(error, samples))
