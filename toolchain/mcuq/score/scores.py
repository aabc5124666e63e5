"""The built-in figures of merit, with what each sample contributes to them.

A score's `samples` average to its value, and their spread gives its standard error: for means they
are the samples' own figures, for other statistics value + influence (the delta method).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.errors import InputError
from mcuq.score.answers import Answer
from mcuq.score.labels import Bools, by_sample, class_numbers, has_targets, required, yes_or_no

Floats = npt.NDArray[np.float64]

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
    required(answer, "top1")
    if answer.classes == 1:
        return _mean((_said_yes(answer) == yes_or_no(answer)).mean(axis=1))
    decided = answer.by_class(answer.values).argmax(axis=2)
    return _mean((decided == class_numbers(answer)).mean(axis=1))


def _said_yes(answer: Answer) -> Bools:
    if answer.form.head != "sigmoid":
        raise InputError(
            f"metric top1 needs classes: {answer.form.name!r} is one real value",
            "choose metric mse, or auc where the labels are 0 and 1",
        )
    return np.asarray(by_sample(answer.values) > THRESHOLD)


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
    return _mean(by_sample((answer.values.astype(np.float64) - target) ** 2).mean(axis=1))


def r2(answer: Answer) -> Score:
    """Share of the targets' variance that the model explains (R²); below 0: worse than their mean.

    R² = 1 - Σ (output - target)² / Σ (target - mean)², over all values of an output together.
    """
    required(answer, "r2")
    targets = answer.targets()
    if targets is None:
        raise InputError(
            f"metric r2 needs {answer.where} of the model's output shape {answer.values.shape[1:]}",
            "store the targets as 'y' or choose metric 'agreement'",
        )
    return _kept_variance(answer.values, targets)


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
    if answer.form.head == "sigmoid" and not answer.rebuilds:
        return _mean(by_sample((found > THRESHOLD) == (wanted > THRESHOLD)).mean(axis=1))
    if answer.classes > 1 and not answer.rebuilds and not has_targets(answer):
        pair = (answer.by_class(values).argmax(axis=2) for values in (found, wanted))
        return _mean(np.equal(*pair).mean(axis=1))
    score = _kept_variance(found, wanted)
    return score if score.value > 0.0 else _mean(np.zeros(len(found)))


def _kept_variance(found: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> Score:
    found, wanted = by_sample(found).astype(np.float64), by_sample(wanted).astype(np.float64)
    errors = ((found - wanted) ** 2).mean(axis=1)
    spreads = ((wanted - wanted.mean()) ** 2).mean(axis=1)
    error, spread = float(errors.mean()), float(spreads.mean())
    if spread == 0.0:
        return _mean(np.full(len(found), float(error == 0.0)))
    value = 1.0 - error / spread
    return Score(value, value - (errors - error) / spread + error * (spreads - spread) / spread**2)
