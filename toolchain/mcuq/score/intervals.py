"""How sure a figure is: 95 % confidence intervals of scores and of paired differences."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from mcuq.score.scores import Floats, Score

Z = 1.959963984540054
"""The normal distribution's 97.5 % point: all intervals hold 95 %."""


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float


@dataclass(frozen=True)
class Change:
    """A difference between two models on the same samples.

    Attributes:
        value: the later one's figure less the earlier one's.
        interval: of it.
    """

    value: float
    interval: Interval


def interval(score: Score, *, is_share: bool) -> Interval | None:
    """Of one score; None where the samples' contributions are not known.

    Shares: Wilson's interval (J. Am. Stat. Assoc. 22, 1927) for as many independent yes-or-no
    answers as have the score's standard error: one a sample, where each is right or wrong.
    Anything else: value ± 1.96 standard errors.
    """
    if score.samples is None:
        return None
    value, variance, count = score.value, _variance_of_mean(score.samples), len(score.samples)
    if not is_share:
        half = Z * math.sqrt(variance)
        return Interval(value - half, value + half)
    p = min(max(value, 0.0), 1.0)
    size = p * (1 - p) / variance if variance > 0 and 0 < p < 1 else float(count)
    middle = (p + Z * Z / (2 * size)) / (1 + Z * Z / size)
    half = Z / (1 + Z * Z / size) * math.sqrt(p * (1 - p) / size + Z * Z / (4 * size * size))
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def change(before: Score, after: Score) -> Change | None:
    """From one model to another on the same samples; None where contributions are not known.

    Yes-or-no answers: the score interval's stand-in of Agresti and Min (Statistics in Medicine 24,
    2005), half a sample added to each cell of the two-by-two table: 0 ± something where all answers
    are equal. Anything else: the mean difference ± 1.96 standard errors of it.
    """
    if before.samples is None or after.samples is None:
        return None
    value = after.value - before.value
    differences = after.samples - before.samples
    count = len(differences)
    if _yes_or_no(before.samples) and _yes_or_no(after.samples):
        added = count + 2
        middle = float(differences.sum()) / added
        spread = (float((differences**2).sum()) + 1) / added - middle**2
        half = Z * math.sqrt(max(spread, 0.0) / added)
        low, high = max(-1.0, middle - half), min(1.0, middle + half)
        return Change(value, Interval(min(low, value), max(high, value)))
    half = Z * math.sqrt(_variance_of_mean(differences))
    return Change(value, Interval(value - half, value + half))


def half_width(values: Floats) -> float:
    """Of the 95 % interval of a mean over runs and samples, both of them drawn from more.

    sqrt(z² v / n + t² w / r): v is the variance over the n samples of their means over the runs, w
    (with r - 1 degrees of freedom, and t that many) the variance over the r runs of their means
    over the samples; one run has no second part. The variance of a mean clustered in two ways is
    that of the one clustering plus that of the other, less that of single values (Cameron, Gelbach
    and Miller, J. Business & Economic Statistics 29, 2011); the last is not taken off, so that the
    interval is rather too wide, and that of a difference never wider than the two intervals
    together. Equal values give 0.

    Args:
        values: (runs, samples); paired differences for the interval of a difference.
    """
    runs = len(values)
    squared = Z**2 * _variance_of_mean(values.mean(axis=0))
    if runs > 1:
        t = float(stdtrit(runs - 1, 0.975))
        squared += t**2 * float(values.mean(axis=1).var(ddof=1)) / runs
    return math.sqrt(squared)


def _yes_or_no(samples: Floats) -> bool:
    return bool(np.isin(samples, (0.0, 1.0)).all())


def _variance_of_mean(samples: Floats) -> float:
    return float(samples.var()) / len(samples)
