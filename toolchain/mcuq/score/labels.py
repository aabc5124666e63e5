"""Labels as a metric needs them: yes or no, class numbers, targets; anything else is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.score.answers import Answer

Bools = npt.NDArray[np.bool_]


def yes_or_no(answer: Answer) -> Bools:
    """Labels 0 and 1, or one-hot pairs, of an output with one score a place; (samples, places).

    Raises:
        InputError: they are something else.
    """
    rows, places = by_sample(required(answer, "top1")), answer.values_a_sample
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
    classes, labels = answer.classes, required(answer, "top1")
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
    return "" if answer.count == 1 else f" of output {answer.form.name!r}"


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


def has_targets(answer: Answer) -> bool:
    """Whether the labels are real targets of the output's shape, not classes."""
    labels = answer.labels
    if labels is None or labels.dtype.kind != "f" or answer.form.head == "softmax":
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


def zero_one(answer: Answer, labels: npt.NDArray[Any]) -> Bools:
    """Labels 0 and 1, one per sample."""
    rows = by_sample(labels)
    if rows.shape[1] == 1 and np.isin(rows, (0, 1)).all():
        return np.asarray(rows[:, 0] == 1)
    return yes_or_no(replace(answer, values=answer.values.reshape(len(rows), -1)[:, :1]))[:, 0]


def required(answer: Answer, metric: str) -> npt.NDArray[Any]:
    """The labels; raises InputError where there are none."""
    if answer.labels is not None:
        return answer.labels
    if answer.count > 1:
        raise InputError(
            f"metric {metric}: output {answer.form.name!r} has no labels of its own",
            f"store them as 'y{answer.number}', or say which output 'y' is for: --metric-output",
        )
    raise InputError(
        f"metric {metric} needs labels and the data has none",
        "store them as 'y' or choose metric 'agreement'",
    )


def by_sample(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(samples, values of a sample)."""
    return array.reshape(len(array), -1)
