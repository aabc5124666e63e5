"""What guessing would give: a model that does no better has learnt nothing."""

from __future__ import annotations

import numpy as np
from scipy.special import bdtrc

from mcuq.sanity.settings import RESULTS
from mcuq.score.answers import Answer, Predictions, answers
from mcuq.score.intervals import interval
from mcuq.score.labels import class_numbers, yes_or_no
from mcuq.score.metrics import Metric
from mcuq.score.scores import Score


def guess(metric: Metric, predictions: Predictions, score: Score) -> str | None:
    """What guessing would give, where the score is no better; None otherwise."""
    if score.samples is None or len(score.samples) < RESULTS.least:
        return None
    if metric.name == "auc":
        found = interval(score, is_share=True)
        return "guessing has 0.5" if found is not None and found.low <= 0.5 else None
    scored = answers(predictions, metric.output)
    if any(answer.labels is None for answer in scored):
        return None
    if metric.name == "mse":
        return _guess_values(scored, score)
    if metric.name == "top1" and len(scored) == 1:
        return _guess_classes(scored[0], score)
    return None


def _guess_values(scored: tuple[Answer, ...], score: Score) -> str | None:
    spreads = [float(np.var(t)) for a in scored if (t := a.targets()) is not None]
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
