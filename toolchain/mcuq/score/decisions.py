"""What a classifier decided of each sample, and where two of them differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.errors import InputError
from mcuq.score.answers import Answer, Predictions, answers
from mcuq.score.labels import by_sample, class_numbers, has_targets, yes_or_no
from mcuq.score.scores import THRESHOLD

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Decisions(ByContent):
    """Class numbers of samples, each (samples,).

    Attributes:
        classes: how many there are.
        reference: what the float model decided.
        found: what the judged model decided.
        sure, reference_sure: the output's value for that class, float32.
        labels: what is right; None where there are no labels of that kind.
    """

    classes: int
    reference: Ints
    found: Ints
    reference_sure: npt.NDArray[np.float32]
    sure: npt.NDArray[np.float32]
    labels: Ints | None

    @property
    def flipped(self) -> Ints:
        """Numbers of the samples that are decided otherwise, in order."""
        return np.flatnonzero(self.found != self.reference)


def decisions(predictions: Predictions, output: int | None = None) -> Decisions | None:
    """Of the one output that is judged; None where it decides nothing, or each place by itself.

    Args:
        predictions: with the float model's outputs as reference.
        output: its number, of several.
    """
    judged = answers(predictions, output)
    if len(judged) != 1:
        return None
    answer = judged[0]
    if answer.reference is None or not _decides(answer):
        return None
    reference, reference_sure = _decided(answer, answer.reference)
    found, sure = _decided(answer, answer.values)
    classes = max(answer.classes, 2)
    return Decisions(classes, reference, found, reference_sure, sure, _labels(answer))


def confusion(labels: Ints, found: Ints, classes: int) -> Ints:
    """(classes, classes): row the label, column the decision, how many samples."""
    counts = np.bincount(labels * classes + found, minlength=classes * classes)
    return counts.reshape(classes, classes)


def _decides(answer: Answer) -> bool:
    if answer.rebuilds or has_targets(answer):
        return False
    if answer.classes == 1:
        return answer.form.head == "sigmoid" and answer.values_a_sample == 1
    return answer.form.head != "sigmoid" and answer.values_a_sample == answer.classes


def _decided(answer: Answer, values: npt.NDArray[Any]) -> tuple[Ints, npt.NDArray[np.float32]]:
    """The class of each sample, and the output's value for it."""
    rows = by_sample(values).astype(np.float32)
    if answer.classes == 1:
        yes = rows[:, 0] > THRESHOLD
        return yes.astype(np.int64), np.where(yes, rows[:, 0], 1 - rows[:, 0])
    found = rows.argmax(axis=1)
    return found.astype(np.int64), np.take_along_axis(rows, found[:, None], axis=1)[:, 0]


def _labels(answer: Answer) -> Ints | None:
    if answer.labels is None:
        return None
    try:
        found = yes_or_no(answer) if answer.classes == 1 else class_numbers(answer)
    except InputError:
        # Another metric judges by labels of another kind.
        return None
    return found[:, 0].astype(np.int64) if found.shape[1] == 1 else None
