"""What of a calibration's histogram is written."""

from __future__ import annotations

from mcuq.calibrate.histogram import Histogram
from mcuq.result.configuration import StoredHistogram

_BINS = 64


def stored_histogram(counted: Histogram) -> StoredHistogram:
    """At most `_BINS` equal steps: enough to see the shape of a distribution."""
    exponent = counted.exponent
    while len(counted.counts) > _BINS:
        exponent += 1
        counted = counted.coarser(exponent)
    edges = counted.edges
    return StoredHistogram(
        low=float(edges[0]), high=float(edges[-1]), counts=tuple(map(int, counted.counts))
    )
