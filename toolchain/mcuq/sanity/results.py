"""What figures say is wrong: a float model at chance, a large fall to integers, clipped values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc

from mcuq.calibrate import Ranges
from mcuq.data import Dataset
from mcuq.errors import InputError
from mcuq.findings import Finding, about_data
from mcuq.graph import Graph
from mcuq.interpret.float.run import visit_activations
from mcuq.sanity.relabel import Remedy, labels_otherwise
from mcuq.sanity.samples import RESCALINGS
from mcuq.sanity.settings import LABELS, RESULTS
from mcuq.score.answers import Answer, Predictions, answers
from mcuq.score.intervals import change, interval
from mcuq.score.metrics import Metric
from mcuq.score.scores import Score, class_numbers, yes_or_no


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

    def judge(self, data: Dataset) -> tuple[Predictions, Score]:
        """The float model on other samples."""
        predictions = self.predict(data)
        return predictions, self.metric.judge(predictions)


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
    guess = _guess(metric, predictions, score)
    other = labels_otherwise(metric, predictions, score)
    if guess is None:
        return _better_prepared(metric, score, trial) or _better_labelled(metric, score, other)
    remedy = _remedy(trial, score.value)
    if remedy is None and other is not None:
        remedy = other
    return (
        about_data(
            "float-at-chance",
            f"the float model itself does no better than guessing on the evaluation samples: "
            f"{metric.name} {score.value:.4g}, {guess}",
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
    _, now = trial.judge(data)
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


def _guess(metric: Metric, predictions: Predictions, score: Score) -> str | None:
    """What guessing would give, where the score is no better; None otherwise."""
    if score.samples is None or len(score.samples) < RESULTS.least:
        return None
    if metric.name == "auc":
        found = interval(score, is_share=True)
        return "guessing has 0.5" if found is not None and found.low <= 0.5 else None
    judged = answers(predictions, metric.output)
    if any(answer.labels is None for answer in judged):
        return None
    if metric.name == "mse":
        return _guess_values(judged, score)
    if metric.name == "top1" and len(judged) == 1:
        return _guess_classes(judged[0], score)
    return None


def _guess_values(judged: tuple[Answer, ...], score: Score) -> str | None:
    spreads = [float(np.var(t)) for a in judged if (t := a.targets()) is not None]
    mean = float(np.mean(spreads)) if spreads else 0.0
    return f"always answering the mean has {mean:.4g}" if 0 < mean <= score.value else None


def _guess_classes(answer: Answer, score: Score) -> str | None:
    """By a one-sided binomial test against the better of even and constant guessing."""
    assert score.samples is not None
    right = yes_or_no(answer).astype(int) if answer.classes == 1 else class_numbers(answer)
    if right.shape[1] != 1 or score.value == 1.0:
        return None
    classes = max(answer.classes, 2)
    counts = np.bincount(right[:, 0].astype(np.int64), minlength=classes)
    most = float(counts.max()) / len(right)
    p = most if most < 1.0 else 1.0 / classes
    hits = int(score.samples.sum())
    if bdtrc(hits - 1, len(right), max(p, 1.0 / classes)) <= RESULTS.chance:
        return None
    if p > 1.5 / classes:
        return f"always answering class {int(counts.argmax())} has {p:.4g}"
    return f"guessing among {classes} classes has {1 / classes:.4g}"


def _remedy(trial: Trial, before: float) -> Remedy | None:
    """The change of samples or labels by which the float model gains most; None if by none.

    Args:
        before: its figure on the samples as they are.
    """
    data = _tried(trial.data)
    best: Remedy | None = None
    for words, changed in _changes(data, trial.metric):
        try:
            predictions, score = trial.judge(changed)
        except InputError:
            continue
        worth = trial.metric.score(score.value)
        if not math.isfinite(worth):
            continue
        if _guess(trial.metric, predictions, score) is not None:
            continue
        if trial.metric.is_share and score.value < before + RESULTS.gain:
            continue
        if best is None or worth > trial.metric.score(best.score.value):
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


def fall_findings(
    metric: Metric, before: Score, after: Score, spread: float, what: str
) -> tuple[Finding, ...]:
    """Whether integers cost much, beyond what the samples' number explains.

    Args:
        before, after: of the float model and of `what`.
        spread: variance of the float model's outputs.
    """
    lost = metric.score(before.value) - metric.score(after.value)
    paired = change(before, after)
    if paired is not None and paired.interval.low <= 0.0 <= paired.interval.high:
        return ()
    if lost < _most_lost(metric, before, spread) or lost <= 0.0:
        return ()
    verb = "falls" if metric.higher_is_better else "rises"
    error = ""
    if paired is not None:
        error = f" (95 %: {paired.interval.low:+.4g} to {paired.interval.high:+.4g})"
    return (
        about_data(
            "large-fall",
            f"{metric.name} {verb} from {before.value:.4g} (float) to {after.value:.4g} ({what})"
            + error,
            "see the activation ranges in the report; try calibration samples as in use, --wide "
            "or --activation-bits 16" + ("" if what == "int8" else ", or more bits"),
        ),
    )


def _most_lost(metric: Metric, before: Score, spread: float) -> float:
    if metric.name in RESULTS.fall:
        return RESULTS.fall[metric.name]
    if metric.name == "mse":
        return RESULTS.fall_of_variance * spread
    return RESULTS.fall_of_value * abs(before.value)


def clipped_findings(graph: Graph, ranges: Ranges, data: Dataset, seen: int) -> tuple[Finding, ...]:
    """The activation of which most values lie beyond what calibration saw, if they are many.

    Args:
        ranges: with "minmax" among them.
        data: evaluation samples.
        seen: calibration samples. Of new samples of the same kind a share of 2 / (seen + 1) lies
            beyond the least or the greatest of them; `RESULTS.by_chance` times as many are a sign.
    """
    step = -(-len(data) // RESULTS.samples)
    inputs = [x[::step] for x in data.inputs]
    bounds = {name: ranges.range(name, "minmax") for name in graph.activations}
    values, samples = dict.fromkeys(bounds, 0.0), dict.fromkeys(bounds, 0)

    def see(name: str, activation: npt.NDArray[np.float32]) -> None:
        shares = _outside(activation, *bounds[name])
        values[name] += float(shares.sum())
        samples[name] += int(np.count_nonzero(shares))

    with np.errstate(over="ignore", invalid="ignore"):
        for _ in visit_activations(graph, inputs, see):
            pass
    count = len(inputs[0])
    usual = max(1.0, RESULTS.by_chance * 2 / (seen + 1) * count)
    odd = {
        name: share / count
        for name, share in values.items()
        if share > RESULTS.clipped * count and samples[name] > usual
    }
    if not odd:
        return ()
    worst = max(odd, key=lambda name: odd[name])
    low, high = bounds[worst]
    return (
        about_data(
            "clipped-values",
            f"{odd[worst]:.1%} of the values of {worst!r} on evaluation samples lie beyond its "
            f"calibrated range {low:.4g} to {high:.4g}"
            + (
                f" (and more than {RESULTS.clipped:.0%} of {len(odd) - 1} others)"
                if odd.keys() - {worst}
                else ""
            ),
            "calibrate on more samples, of all kinds that the model will meet",
        ),
    )


def _outside(values: npt.NDArray[np.float32], low: float, high: float) -> npt.NDArray[Any]:
    """Share of each sample's values."""
    rows = values.reshape(len(values), -1)
    # Every range is widened to hold 0.
    below, above = np.float32(min(low, 0.0)), np.float32(max(high, 0.0))
    return np.asarray(((rows < below) | (rows > above)).mean(axis=1))
