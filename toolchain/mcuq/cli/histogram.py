"""Histograms of activations in a terminal, the range that an observer chooses marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import numpy.typing as npt
    from rich.table import Table
    from rich.text import Text

    from mcuq.calibrate import Statistics
    from mcuq.calibrate.histogram import Histogram
    from mcuq.result.configuration import StoredHistogram

COLUMNS = 48
_BARS = " ▁▂▃▄▅▆▇█"


def heights(histogram: Histogram, low: float, high: float, columns: int) -> list[int]:
    """Bar heights 0 … 8 of `columns` equal steps from `low` to `high`, logarithmic in the counts.

    The fullest step is 8; a step with any value in it is at least 1.
    """
    cumulative = np.concatenate([[0], np.cumsum(histogram.counts)])
    ends = np.linspace(low, high, columns + 1)
    counts = np.diff(np.interp(ends, histogram.edges, cumulative))
    counts[0] += np.interp(low, histogram.edges, cumulative)
    counts[-1] += cumulative[-1] - np.interp(high, histogram.edges, cumulative)
    return _levels(counts)


def _levels(counts: npt.NDArray[Any]) -> list[int]:
    largest = np.log1p(max(float(counts.max()), 1.0))
    return [int(np.ceil(8 * np.log1p(count) / largest)) if count > 1e-9 else 0 for count in counts]


def stored_line(histogram: StoredHistogram, chosen: tuple[float, float]) -> Text:
    """A bar a step; what the chosen range clips is dim."""
    levels = _levels(np.array(histogram.counts, np.float64))
    step = (histogram.high - histogram.low) / len(levels)
    return _bars(levels, histogram.low, step, chosen)


def bar_line(statistics: Statistics, chosen: tuple[float, float]) -> Text:
    """One line of bars over the extremes; what the chosen range clips is dim."""
    from rich.text import Text

    low, high = statistics.low, statistics.high
    if low == high:
        return Text("constant", style="dim")
    step = (high - low) / COLUMNS
    return _bars(heights(statistics.histogram, low, high, COLUMNS), low, step, chosen)


def _bars(levels: list[int], low: float, step: float, chosen: tuple[float, float]) -> Text:
    """From `low` on, a bar every `step`."""
    from rich.text import Text

    line = Text()
    for index, height in enumerate(levels):
        middle = low + (index + 0.5) * step
        inside = chosen[0] <= middle <= chosen[1]
        line.append(_BARS[height], style="bold" if inside else "dim red")
    return line


def histogram_table(
    statistics: Mapping[str, Statistics], ranges: Mapping[str, tuple[float, float]], observer: str
) -> Table:
    """A row an activation: extremes, bars, chosen range, share of the values outside it."""
    from rich.table import Table
    from rich.text import Text

    from mcuq.report.naming import short_names

    names = short_names(statistics)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("activation", "from", "values (logarithmic)", "to", observer, "clipped"):
        table.add_column(title, no_wrap=True)
    for name, seen in statistics.items():
        low, high = ranges[name]
        table.add_row(
            Text(names[name]),
            f"{seen.low:.4g}",
            bar_line(seen, (low, high)),
            f"{seen.high:.4g}",
            f"{low:.4g} … {high:.4g}",
            f"{clipped_share(seen, low, high):.3%}",
        )
    return table


def clipped_share(statistics: Statistics, low: float, high: float) -> float:
    """Share of the values outside [low, high], linear inside a bin."""
    histogram = statistics.histogram
    cumulative = np.concatenate([[0], np.cumsum(histogram.counts)])
    below = np.interp(low, histogram.edges, cumulative) if low > statistics.low else 0.0
    top = cumulative[-1]
    above = top - np.interp(high, histogram.edges, cumulative) if high < statistics.high else 0.0
    return float((below + above) / top)
