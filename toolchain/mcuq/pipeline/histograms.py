"""What of a calibration's histogram is written."""

from __future__ import annotations

from mcuq.calibrate.histogram import Histogram
from mcuq.pipeline.settings import DETAILS
from mcuq.result.configuration import StoredHistogram


def stored_histogram(counted: Histogram) -> StoredHistogram:
    """At most `DETAILS.bins` equal steps: enough to see the shape of a distribution."""
    exponent = counted.exponent
    while len(counted.counts) > DETAILS.bins:
        exponent += 1
        counted = counted.coarser(exponent)
    edges = counted.edges
    return StoredHistogram(
        low=float(edges[0]), high=float(edges[-1]), counts=tuple(map(int, counted.counts))
    )
