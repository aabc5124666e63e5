"""What the float model's own figures say is wrong: at chance, or better on other samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.data import Dataset
from mcuq.errors import InputError
from mcuq.findings import Finding, about_data
from mcuq.graph import Graph
from mcuq.sanity.guessing import guess
from mcuq.sanity.relabel import Remedy, labels_otherwise
from mcuq.sanity.samples import RESCALINGS
from mcuq.sanity.settings import LABELS, RESULTS
from mcuq.score.answers import Predictions, answers
from mcuq.score.intervals import change
from mcuq.score.metrics import Metric
from mcuq.score.scores import Score


def check_answers(
    graph: Graph, data: Dataset, outputs: Mapping[str, npt.NDArray[np.float32]]
) -> None:
    """Refuse evaluation samples on which the float model's outputs are no numbers.

    Raises:
        InputError: names the first, and what it holds.
    """
    for name in graph.outputs:
        rows = outputs[name].reshape(len(data), -1)
        finite = np.isfinite(rows).all(axis=1)
        if not finite.all():
            sample = int(np.argmin(finite))
            low = min(float(x[sample].min()) for x in data.inputs)
            high = max(float(x[sample].max()) for x in data.inputs)
            raise InputError(
                f"the float model gives NaN or infinity in output {name!r} on "
                f"{int(np.sum(~finite))} of {len(data)} evaluation samples, first on sample "
                f"{sample}, whose values reach from {low:.4g} to {high:.4g}",
                "leave such samples out, or prepare them as those of training",
            )


@dataclass(frozen=True)
class Trial:
    """What lets a remedy be tried: the float model on other inputs, and other labels."""

    metric: Metric
    data: Dataset
    predict: Callable[[Dataset], Predictions]

    def score(self, data: Dataset) -> tuple[Predictions, Score]:
        """The float model on other samples."""
        predictions = self.predict(data)
        return predictions, self.metric.score(predictions)


def float_model_findings(
    metric: Metric, predictions: Predictions, score: Score, trial: Trial
) -> tuple[Finding, ...]:
    """Whether the float model does no better than guessing, or better on other samples.

    Args:
        predictions: of the float model.
        score: `metric` of them.
        trial: for remedies.
    """
    constant = _constant_labels(metric, predictions)
    if constant is not None:
        return (constant,)
    guessed = guess(metric, predictions, score)
    other = labels_otherwise(metric, predictions, score)
    if guessed is None:
        return _better_prepared(metric, score, trial) or _better_labelled(metric, score, other)
    remedy = _remedy(trial, score.value)
    if remedy is None and other is not None:
        remedy = other
    return (
        about_data(
            "float-at-chance",
            f"the float model itself does no better than guessing on the evaluation samples: "
            f"{metric.name} {score.value:.4g}, {guessed}",
            "check that samples and labels are those of training: scale, order, layout"
            if remedy is None
            else f"{remedy.words}: the float model then has {remedy.score.value:.4g} "
            f"on {_count(remedy.score)} samples",
        ),
    )


def _constant_labels(metric: Metric, predictions: Predictions) -> Finding | None:
    """Where the figure depends on labels that are all the same."""
    if metric.name not in ("top1", "mse", "r2") or not predictions.data.has_labels:
        return None
    labels = [one for a in answers(predictions, metric.output) if (one := a.labels) is not None]
    same = [one for one in labels if len(one) >= RESULTS.least and np.all(one == one[:1])]
    if not same:
        return None
    value = f" ({same[0].flat[0]:.4g})" if same[0][0].size == 1 else ""
    return about_data(
        "constant-labels",
        f"all {len(same[0])} evaluation samples have the same label{value}: a model that always "
        "answers the same would be right",
        "evaluate on samples of all kinds; of sorted samples take every n-th, not the first",
    )


def _better_labelled(metric: Metric, score: Score, other: Remedy | None) -> tuple[Finding, ...]:
    """A model that is seldom right, and nearly always where the labels are read otherwise."""
    if other is None:
        return ()
    return (
        about_data(
            "float-better-prepared",
            f"the float model has {metric.name} {score.value:.4g} with the labels as they are, and "
            f"{other.score.value:.4g} with them read otherwise",
            other.words,
        ),
    )


def _count(score: Score) -> int:
    return 0 if score.samples is None else len(score.samples)


def _better_prepared(metric: Metric, score: Score, trial: Trial) -> tuple[Finding, ...]:
    """A model that is seldom right, and more often where the samples are prepared otherwise."""
    if metric.name != "top1" or score.value >= LABELS.good or len(trial.data) < RESULTS.least:
        return ()
    remedy = _remedy(trial, score.value)
    if remedy is None:
        return ()
    data = _tried(trial.data)
    _, now = trial.score(data)
    gain = change(now, remedy.score)
    if gain is None or gain.interval.low <= 0:
        return ()
    return (
        about_data(
            "float-better-prepared",
            f"the float model has {metric.name} {now.value:.4g} on {len(data)} evaluation samples "
            f"as they are, and {remedy.score.value:.4g} on them prepared otherwise",
            f"{remedy.words}, in calibration and search samples, too",
        ),
    )


def _tried(data: Dataset) -> Dataset:
    """Samples from all over the data, which may be sorted by class."""
    return data.pick(slice(None, None, -(-len(data) // RESULTS.tried)))


def _remedy(trial: Trial, before: float) -> Remedy | None:
    """The change of samples or labels by which the float model gains most; None if by none.

    Args:
        before: its figure on the samples as they are.
    """
    data = _tried(trial.data)
    best: Remedy | None = None
    for words, changed in _changes(data, trial.metric):
        try:
            predictions, score = trial.score(changed)
        except InputError:
            continue
        worth = trial.metric.worth(score.value)
        if not math.isfinite(worth):
            continue
        if guess(trial.metric, predictions, score) is not None:
            continue
        if trial.metric.is_share and score.value < before + RESULTS.gain:
            continue
        if best is None or worth > trial.metric.worth(best.score.value):
            best = Remedy(words, score)
    return best


def _changes(data: Dataset, metric: Metric) -> Iterable[tuple[str, Dataset]]:
    for one in RESCALINGS:
        with np.errstate(over="ignore"):
            inputs = tuple(one.apply(x.astype(np.float64)).astype(np.float32) for x in data.inputs)
        yield f"{one.words} in all samples", Dataset(inputs, data.labels, data.by_output)
    if metric.name == "top1" and data.labels is not None and data.labels[0].size == 1:
        for step, words in ((-1, "subtract 1 from"), (1, "add 1 to")):
            yield f"{words} the labels", Dataset(data.inputs, data.labels + step)
