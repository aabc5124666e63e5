"""The area under the ROC curve and each sample's influence on it.

The latter is DeLong, DeLong and Clarke-Pearson's (Biometrics 44, 1988).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.score.answers import Answer
from mcuq.score.labels import Bools, by_sample, required, zero_one
from mcuq.score.scores import Floats, Score


def auc(answer: Answer) -> Score:
    """Area under the ROC curve by the rank sum (Mann-Whitney U); ties count half.

    The score is a single output, the second of two classes, or, where the model rebuilds its
    input, the mean squared error of doing so (an anomaly score). Labels are 0 or 1. With more
    classes, or rows of 0 and 1: the mean over classes of one against the rest.
    """
    labels = required(answer, "auc")
    if answer.rebuilds and answer.original is not None:
        error = by_sample((answer.values - answer.original) ** 2).mean(axis=1)
        return binary_auc(error, zero_one(answer, labels))
    output = by_sample(answer.values)
    if output.shape[1] == 1:
        return binary_auc(output[:, 0], zero_one(answer, labels))
    columns = _columns(answer, labels, output.shape[1])
    if output.shape[1] == 2 and np.all(columns.sum(axis=1) == 1):
        return binary_auc(output[:, 1], columns[:, 1])
    mixed = [c for c in range(output.shape[1]) if 0 < columns[:, c].sum() < len(columns)]
    if not mixed:
        raise InputError(
            "metric auc needs samples of at least two classes", "evaluate on more samples"
        )
    parts = [binary_auc(output[:, c], columns[:, c]) for c in mixed]
    samples = np.mean([part.samples for part in parts if part.samples is not None], axis=0)
    return Score(float(np.mean([part.value for part in parts])), samples)


def _columns(answer: Answer, labels: npt.NDArray[Any], classes: int) -> Bools:
    """(samples, classes): which class each sample is of; maybe several."""
    rows = by_sample(labels)
    if rows.shape[1] == classes and np.isin(rows, (0, 1)).all():
        return np.asarray(rows == 1)
    if rows.shape[1] != 1 or answer.classes != classes:
        raise InputError(
            f"metric auc needs a class number or {classes} zeros and ones a sample",
            f"store them as {answer.where}",
        )
    return np.asarray(rows == np.arange(classes))


def binary_auc(scores: npt.NDArray[Any], positive: Bools) -> Score:
    """The same of one score a sample: how well it tells `positive` from the others.

    Raises:
        InputError: one of both is empty.
    """
    hits = int(np.sum(positive))
    misses = len(positive) - hits
    if hits == 0 or misses == 0:
        raise InputError("metric auc needs samples of both classes", "label them 0 and 1 in 'y'")
    ranks = _ranks(scores)
    value = float((ranks[positive].sum() - hits * (hits + 1) / 2) / (hits * misses))
    # Share of the other class that each sample is on the right side of.
    above = (ranks[positive] - _ranks(scores[positive])) / misses
    below = 1 - (ranks[~positive] - _ranks(scores[~positive])) / hits
    samples = np.full(len(scores), value)
    samples[positive] += (above - value) * len(scores) / hits
    samples[~positive] += (below - value) * len(scores) / misses
    return Score(value, samples)


def _ranks(values: npt.NDArray[Any]) -> Floats:
    """Places from 1 in ascending order; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    ranks: Floats = (last - (counts - 1) / 2)[place]
    return ranks
