"""Statistics of a calibration as a file: written once, merged, judged by any observer later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from mcuq.calibrate.histogram import Histogram
from mcuq.calibrate.statistics import MovingAverage, Statistics
from mcuq.document import Document
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.written import Written

_LARGEST = 1 << 62
_LARGEST_EXPONENT = 256
"""float32 ends at 128; a histogram's bins are a little wider or much finer."""

Real = Annotated[float, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0, lt=_LARGEST)]


class StoredStatistics(Written):
    """Statistics of one activation."""

    signed: ClassVar[frozenset[str]] = frozenset({"exponent", "first"})

    samples: int = Field(strict=True, ge=1, lt=_LARGEST, description="How many were observed.")
    low: Real = Field(description="Smallest real value.")
    high: Real = Field(description="Largest real value.")
    exponent: int = Field(
        strict=True,
        ge=-_LARGEST_EXPONENT,
        le=_LARGEST_EXPONENT,
        description="The bins of the histogram are 2^exponent wide.",
    )
    first: int = Field(
        strict=True,
        gt=-_LARGEST,
        lt=_LARGEST,
        description="Number of the first bin: it begins at first × width.",
    )
    counts: tuple[Count, ...] = Field(description="Values in each bin.")
    average: tuple[Real, Real, Real, Real] = Field(
        description="Moving average of the samples' extremes: decay, sum of the weights, weighted "
        "sums of the minima and of the maxima."
    )

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.low > self.high or self.average[1] <= 0:
            raise ValueError("a tensor's statistics are empty or contradict themselves")
        if not sum(self.counts):
            raise ValueError("a tensor's histogram is empty")
        return self

    @classmethod
    def of(cls, seen: Statistics) -> Self:
        """To write them."""
        average = seen.average
        return cls(
            samples=seen.samples,
            low=seen.low,
            high=seen.high,
            exponent=seen.histogram.exponent,
            first=seen.histogram.first,
            counts=tuple(seen.histogram.counts.tolist()),
            average=(average.decay, average.weight, average.low, average.high),
        )

    def statistics(self) -> Statistics:
        """What was written."""
        histogram = Histogram(self.exponent, self.first, np.array(self.counts, np.int64))
        average = MovingAverage(*self.average)
        return Statistics(self.samples, self.low, self.high, histogram, average)


class CalibrationFile(Written):
    """What `mcuq calibrate` keeps: any observer finds its range in it."""

    statistics: dict[str, StoredStatistics] = Field(description="Activation → its statistics.")


RANGES = Document(
    "ranges",
    CalibrationFile,
    "statistics of every activation on calibration data",
    "`ranges.json`, by `mcuq calibrate`",
    version=2,
    oldest=1,
    sealed=True,
)


def statistics_to_json(statistics: Mapping[str, Statistics]) -> str:
    """A text that `statistics_from_json` reads back to equal statistics."""
    stored = {name: StoredStatistics.of(seen) for name, seen in statistics.items()}
    return RANGES.line(CalibrationFile(statistics=stored)) + "\n"


def statistics_from_json(text: str | bytes) -> dict[str, Statistics]:
    """Statistics by activation, from `statistics_to_json`'s text.

    Raises:
        InputError: the text is something else.
    """
    try:
        stored = RANGES.parse(text).statistics
    except ValueError as error:
        raise InputError(
            f"not a file of calibration statistics: {error}", "write one with: mcuq calibrate"
        ) from error
    return {name: seen.statistics() for name, seen in stored.items()}


def merge_statistics(
    first: Mapping[str, Statistics], later: Mapping[str, Statistics]
) -> dict[str, Statistics]:
    """Statistics of both data sets of one model, `first`'s samples before `later`'s.

    Raises:
        InputError: they are of different models.
    """
    if set(first) != set(later):
        raise InputError(
            "the statistics are of different tensors", "merge calibrations of one model only"
        )
    return {name: seen.merge(later[name]) for name, seen in first.items()}


def check_statistics(statistics: Mapping[str, Statistics], graph: Graph) -> None:
    """Raises InputError where an activation of `graph` has no statistics."""
    missing = [name for name in graph.activations if name not in statistics]
    if missing:
        raise InputError(
            f"the calibration file knows nothing of tensor '{missing[0]}'"
            + (f" and {len(missing) - 1} more" if missing[1:] else ""),
            "it belongs to another model: run mcuq calibrate on this one",
        )
