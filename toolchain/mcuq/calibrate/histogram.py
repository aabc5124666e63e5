"""A histogram that adapts to its data and merges exactly, whatever the order of the data.

Bins are aligned to zero and their width is a power of two: value x lies in bin floor(x / 2^e).
Doubling the width joins bins 2i and 2i + 1, so a histogram made coarse afterwards equals one made
coarse from the start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.calibrate.settings import OBSERVERS
from mcuq.content import ByContent

BINS = OBSERVERS.bins
"""At most; the finest width for which the extremes lie within as many bins is used."""
_MANTISSA_BITS = 23
"""Bin numbers stay below 2^23: as fine as float32 itself."""
_FINEST = -149
"""Exponent of the smallest float32."""


@dataclass(frozen=True, eq=False)
class Histogram(ByContent):
    """Counts of values by bin.

    Attributes:
        exponent: the bins' width is 2^exponent.
        first: number of the first bin; it begins at first × width.
        counts: int64, one a bin.
    """

    exponent: int
    first: int
    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, values: npt.NDArray[np.float32], low: float, high: float) -> Histogram:
        """Histogram of finite float32 values whose extremes are `low` and `high`."""
        exponent = _exponent(low, high)
        first, last = _bin(low, exponent), _bin(high, exponent)
        # In float64: a tiny negative value scaled in float32 would become 0 and leave its bin.
        scaled = np.multiply(values.reshape(-1), math.ldexp(1.0, -exponent), dtype=np.float64)
        numbers = np.floor(scaled, out=scaled).astype(np.int32)
        numbers -= first
        counts = np.bincount(numbers, minlength=last - first + 1).astype(np.int64)
        return cls(exponent, first, counts)

    @property
    def width(self) -> float:
        return math.ldexp(1.0, self.exponent)

    @property
    def edges(self) -> npt.NDArray[np.float64]:
        """Lower edges of all bins and the upper edge of the last."""
        return np.arange(self.first, self.first + len(self.counts) + 1) * np.float64(self.width)

    @property
    def centers(self) -> npt.NDArray[np.float64]:
        return self.edges[:-1] + self.width / 2

    def merge(self, other: Histogram) -> Histogram:
        """The histogram of both data sets."""
        exponent = max(self.exponent, other.exponent)
        while True:
            parts = [self.coarser(exponent), other.coarser(exponent)]
            first = min(part.first for part in parts)
            end = max(part.first + len(part.counts) for part in parts)
            if end - first <= BINS:
                break
            exponent += 1
        counts = np.zeros(end - first, np.int64)
        for part in parts:
            start = part.first - first
            counts[start : start + len(part.counts)] += part.counts
        return Histogram(exponent, first, counts)

    def coarser(self, exponent: int) -> Histogram:
        """The same data in bins of width 2^exponent, not finer than these."""
        shift = min(exponent - self.exponent, 62)
        if shift == 0:
            return self
        numbers = (self.first + np.arange(len(self.counts))) >> shift
        first = int(numbers[0])
        counts = np.bincount(numbers - first, self.counts).astype(np.int64)
        return Histogram(exponent, first, counts)


def _exponent(low: float, high: float) -> int:
    """The smallest exponent that puts [low, high] within BINS bins of exact numbers."""
    magnitude = max(abs(low), abs(high))
    if magnitude == 0:
        return _FINEST
    exponent = max(math.frexp(magnitude)[1] - _MANTISSA_BITS, _FINEST)
    while _bin(high, exponent) - _bin(low, exponent) >= BINS:
        exponent += 1
    return exponent


def _bin(value: float, exponent: int) -> int:
    return math.floor(math.ldexp(value, -exponent))
