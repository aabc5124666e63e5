"""The built-in figures of merit, with what each sample contributes to them.

A score's `samples` average to its value, and their spread gives its standard error: for means they
are the samples' own figures, for other statistics value + influence (the delta method; for the
area under the curve DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.errors import InputError
from mcuq.score.answers import Answer

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

THRESHOLD = 0.5
"""Of a probability: above it, the answer is yes."""


@dataclass(frozen=True, eq=False)
class Score(ByContent):
    """Attributes:
    value: the figure.
    samples: float64 (samples,), see above; None where that is not known.
    """

    value: float
    samples: Floats | None = None


def _mean(samples: npt.NDArray[Any]) -> Score:
    values = samples.astype(np.float64)
    return Score(float(values.mean()), values)


def top1(answer: Answer) -> Score:
    """Share of right decisions.

    The largest value along the class axis against class numbers or one-hot labels, at each place
    where the output is an image; of one probability, its side of 0.5 against 0 and 1.
    """
    _required(answer, "top1")
    if answer.classes == 1:
        return _mean((_said_yes(answer) == yes_or_no(answer)).mean(axis=1))
    decided = answer.by_class(answer.values).argmax(axis=2)
    return _mean((decided == class_numbers(answer)).mean(axis=1))


def _said_yes(answer: Answer) -> Bools:
    if answer.edge.head != "sigmoid":
        raise InputError(
            f"metric top1 needs classes: {answer.edge.name!r} is one real value",
            "choose metric mse, or auc where the labels are 0 and 1",
        )
    return np.asarray(_rows(answer.values) > THRESHOLD)


def yes_or_no(answer: Answer) -> Bools:
    """Labels 0 and 1, or one-hot pairs, of an output with one score a place; (samples, places).

    Raises:
        InputError: they are something else.
    """
    rows, places = _rows(_required(answer, "top1")), answer.values_a_sample
    if np.isin(rows, (0, 1)).all():
        if rows.shape[1] == places:
            return np.asarray(rows == 1)
        if places == 1 and rows.shape[1] == 2 and np.all(rows.sum(axis=1) == 1):
            return np.asarray(rows[:, 1:] == 1)
    raise InputError(
        f"{answer.where} of an output with one score must be 0 and 1",
        "label the two classes 0 and 1; choose metric mse for other targets",
    )


def class_numbers(answer: Answer) -> npt.NDArray[Any]:
    """The labels as class numbers (samples, places).

    Raises:
        InputError: they are neither class numbers below the number of classes nor one-hot.
    """
    classes, labels = answer.classes, _required(answer, "top1")
    numbers = answer.places()
    targets = None if numbers is not None else answer.targets()
    if targets is not None:
        return _one_hot_numbers(answer, targets)
    if numbers is None:
        raise InputError(
            f"{answer.where} has shape {labels.shape[1:]} a sample: no class number below {classes}"
            f" for each place, and nothing of the output's shape {answer.values.shape[1:]}",
            _shape_hint(labels, classes),
        )
    wrong = np.asarray(((numbers < 0) | (numbers >= classes)).any(axis=1))
    if wrong.any():
        raise InputError(
            f"labels are not class numbers below {classes}{_of_output(answer)}: "
            f"{_first_wrong(numbers, wrong, classes)}",
            _class_hint(numbers, classes),
        )
    if np.any(numbers != np.floor(numbers)):
        raise InputError(
            f"{answer.where} holds fractions, not class numbers", "choose metric mse for targets"
        )
    return numbers


def _one_hot_numbers(answer: Answer, targets: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The class of each row: the one place of its largest value."""
    rows = answer.by_class(targets)
    wrong = ((rows == rows.max(axis=2, keepdims=True)).sum(axis=2) != 1).any(axis=1)
    if wrong.any():
        raise InputError(
            f"rows of {answer.where} name several classes at once, or none: {int(wrong.sum())} of "
            f"{len(rows)}, first that of sample {int(wrong.argmax())}",
            "leave such samples out; metric auc judges rows of several classes",
        )
    return np.asarray(rows.argmax(axis=2))


def _of_output(answer: Answer) -> str:
    return "" if answer.count == 1 else f" of output {answer.edge.name!r}"


def _first_wrong(numbers: npt.NDArray[Any], wrong: Bools, classes: int) -> str:
    sample = int(wrong.argmax())
    row = numbers[sample]
    value = row[(row < 0) | (row >= classes)][0]
    return f"{value:g} in sample {sample}, {int(wrong.sum())} of {len(wrong)} samples in all"


def _class_hint(numbers: npt.NDArray[Any], classes: int) -> str:
    if numbers.min() == 1 and numbers.max() == classes:
        return "they count from 1: subtract 1"
    known = np.unique(numbers)
    if len(known) == classes:
        return f"number the classes 0 to {classes - 1}, in the model's order"
    return "store class numbers (0, 1, …) or one-hot rows as 'y'; leave out what has no class"


def _shape_hint(labels: npt.NDArray[Any], classes: int) -> str:
    if labels.ndim == 2 and np.isin(labels, (0, 1)).all() and np.all(labels.sum(axis=1) == 1):
        return f"they are one-hot rows of {labels.shape[1]} classes, the model has {classes}"
    return "store class numbers, one-hot rows or targets of the output's shape as 'y'"


def mse(answer: Answer) -> Score:
    """Mean squared error against targets; of an autoencoder without labels, against its input."""
    target = answer.targets()
    if answer.labels is None:
        target = answer.original
    if target is None:
        raise InputError(
            f"metric mse needs 'y' of the model's output shape {answer.values.shape[1:]}",
            "store the targets as 'y' or choose metric 'agreement'",
        )
    return _mean(_rows((answer.values.astype(np.float64) - target) ** 2).mean(axis=1))


def r2(answer: Answer) -> Score:
    """Share of the targets' variance that the model explains (R²); below 0: worse than their mean.

    R² = 1 - Σ (output - target)² / Σ (target - mean)², over all values of an output together.
    """
    _required(answer, "r2")
    targets = answer.targets()
    if targets is None:
        raise InputError(
            f"metric r2 needs {answer.where} of the model's output shape {answer.values.shape[1:]}",
            "store the targets as 'y' or choose metric 'agreement'",
        )
    return _kept_variance(answer.values, targets)


def auc(answer: Answer) -> Score:
    """Area under the ROC curve by the rank sum (Mann-Whitney U); ties count half.

    The score is a single output, the second of two classes, or, where the model rebuilds its
    input, the mean squared error of doing so (an anomaly score). Labels are 0 or 1. With more
    classes, or rows of 0 and 1: the mean over classes of one against the rest.
    """
    labels = _required(answer, "auc")
    if answer.rebuilds and answer.original is not None:
        error = _rows((answer.values - answer.original) ** 2).mean(axis=1)
        return _binary_auc(error, _zero_one(answer, labels))
    output = _rows(answer.values)
    if output.shape[1] == 1:
        return _binary_auc(output[:, 0], _zero_one(answer, labels))
    columns = _columns(answer, labels, output.shape[1])
    if output.shape[1] == 2 and np.all(columns.sum(axis=1) == 1):
        return _binary_auc(output[:, 1], columns[:, 1])
    mixed = [c for c in range(output.shape[1]) if 0 < columns[:, c].sum() < len(columns)]
    if not mixed:
        raise InputError(
            "metric auc needs samples of at least two classes", "evaluate on more samples"
        )
    parts = [_binary_auc(output[:, c], columns[:, c]) for c in mixed]
    samples = np.mean([part.samples for part in parts if part.samples is not None], axis=0)
    return Score(float(np.mean([part.value for part in parts])), samples)


def _columns(answer: Answer, labels: npt.NDArray[Any], classes: int) -> Bools:
    """(samples, classes): which class each sample is of; maybe several."""
    rows = _rows(labels)
    if rows.shape[1] == classes and np.isin(rows, (0, 1)).all():
        return np.asarray(rows == 1)
    if rows.shape[1] != 1 or answer.classes != classes:
        raise InputError(
            f"metric auc needs a class number or {classes} zeros and ones a sample",
            f"store them as {answer.where}",
        )
    return np.asarray(rows == np.arange(classes))


def _binary_auc(scores: npt.NDArray[Any], positive: Bools) -> Score:
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


def agreement(answer: Answer) -> Score:
    """How often the float model would have decided the same; needs no labels.

    Classes: the share of places whose largest value along the class axis is the same.
    Probabilities each for itself (sigmoid): the share on the same side of 0.5. Anything else (one
    value, an output like the input, an output with targets): the share of the float outputs'
    variance that is kept (R², at least 0).
    """
    if answer.reference is None:
        raise InputError(
            "metric agreement needs the float model's outputs", "judge by another metric"
        )
    found, wanted = answer.values, answer.reference
    if answer.edge.head == "sigmoid" and not answer.rebuilds:
        return _mean(_rows((found > THRESHOLD) == (wanted > THRESHOLD)).mean(axis=1))
    if answer.classes > 1 and not answer.rebuilds and not has_targets(answer):
        pair = (answer.by_class(values).argmax(axis=2) for values in (found, wanted))
        return _mean(np.equal(*pair).mean(axis=1))
    score = _kept_variance(found, wanted)
    return score if score.value > 0.0 else _mean(np.zeros(len(found)))


def has_targets(answer: Answer) -> bool:
    """Whether the labels are real targets of the output's shape, not classes."""
    labels = answer.labels
    if labels is None or labels.dtype.kind != "f" or answer.edge.head == "softmax":
        return False
    return answer.targets() is not None and not is_one_hot(answer)


def is_one_hot(answer: Answer) -> bool:
    """Whether the labels are rows with a single 1 along the class axis."""
    if answer.labels is None or answer.places() is not None:
        return False
    targets = answer.targets()
    if targets is None or not np.isin(targets, (0, 1)).all():
        return False
    return bool(np.all(answer.by_class(targets).sum(axis=2) == 1))


def _kept_variance(found: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> Score:
    found, wanted = _rows(found).astype(np.float64), _rows(wanted).astype(np.float64)
    errors = ((found - wanted) ** 2).mean(axis=1)
    spreads = ((wanted - wanted.mean()) ** 2).mean(axis=1)
    error, spread = float(errors.mean()), float(spreads.mean())
    if spread == 0.0:
        return _mean(np.full(len(found), float(error == 0.0)))
    value = 1.0 - error / spread
    return Score(value, value - (errors - error) / spread + error * (spreads - spread) / spread**2)


def _rows(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return array.reshape(len(array), -1)


def _zero_one(answer: Answer, labels: npt.NDArray[Any]) -> Bools:
    """Labels 0 and 1, one a sample."""
    rows = _rows(labels)
    if rows.shape[1] == 1 and np.isin(rows, (0, 1)).all():
        return np.asarray(rows[:, 0] == 1)
    return yes_or_no(replace(answer, values=answer.values.reshape(len(rows), -1)[:, :1]))[:, 0]


def _required(answer: Answer, metric: str) -> npt.NDArray[Any]:
    if answer.labels is not None:
        return answer.labels
    if answer.count > 1:
        raise InputError(
            f"metric {metric}: output {answer.edge.name!r} has no labels of its own",
            f"store them as 'y{answer.number}', or say which output 'y' is for: --metric-output",
        )
    raise InputError(
        f"metric {metric} needs labels and the data has none",
        "store them as 'y' or choose metric 'agreement'",
    )
