"""Observers: from an activation's statistics to the range that is worth quantizing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mcuq.calibrate.clipping import entropy_range, mse_range
from mcuq.calibrate.statistics import Statistics
from mcuq.choices import choice_hint
from mcuq.errors import UsageError

Range = tuple[float, float]

_PERCENTILE = "percentile_"
OBSERVERS = (
    "minmax",
    "percentile_99.9",
    "percentile_99.99",
    "percentile_99.999",
    "mse",
    "entropy",
    "moving_average",
)
"""The usual ones; `percentile_` takes any number above 50 and up to 100."""


def minmax(statistics: Statistics) -> Range:
    """The extremes."""
    return statistics.low, statistics.high


def moving_average(statistics: Statistics) -> Range:
    """The moving average of each sample's extremes."""
    average = statistics.average
    return average.low / average.weight, average.high / average.weight


def percentile(percent: float) -> Callable[[Statistics], Range]:
    """The observer that leaves out 100 - percent of the values at either end."""

    def observe(statistics: Statistics) -> Range:
        tail = 1 - percent / 100
        return _quantile(statistics, tail), _quantile(statistics, 1 - tail)

    return observe


def _quantile(statistics: Statistics, fraction: float) -> float:
    """Value below which `fraction` of the values lie, linear inside a bin."""
    histogram = statistics.histogram
    cumulative = np.concatenate([[0], np.cumsum(histogram.counts)])
    wanted = fraction * float(cumulative[-1])
    number = int(np.searchsorted(cumulative, wanted, side="right")) - 1
    number = min(max(number, 0), len(histogram.counts) - 1)
    # Step by step: np.interp may round once where another processor rounds twice.
    share = (wanted - float(cumulative[number])) / max(float(histogram.counts[number]), 1.0)
    value = float(histogram.edges[number]) + share * histogram.width
    return min(max(value, statistics.low), statistics.high)


_BY_NAME: dict[str, Callable[[Statistics], Range]] = {
    "minmax": minmax,
    "mse": mse_range,
    "entropy": entropy_range,
    "moving_average": moving_average,
}


def observer(name: str) -> Callable[[Statistics], Range]:
    """The observer called `name`.

    Raises:
        UsageError: there is none of that name.
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    try:
        percent = float(name.removeprefix(_PERCENTILE))
    except ValueError:
        percent = 0.0
    if not name.startswith(_PERCENTILE) or not 50 < percent <= 100:
        raise UsageError(f"no observer is called {name!r}", choice_hint(name, OBSERVERS))
    return percentile(percent)
