"""Ranges that trade clipped outliers against finer steps: least squares and least divergence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mcuq.calibrate.settings import OBSERVERS
from mcuq.calibrate.statistics import Statistics
from mcuq.numeric.elementary import log

Float64 = npt.NDArray[np.float64]

_LEVELS = 256
_FRACTIONS = np.linspace(1.0, OBSERVERS.smallest_fraction, OBSERVERS.fractions)
"""Of each extreme, tried in turn."""


def mse_range(statistics: Statistics) -> tuple[float, float]:
    """The range with the least squared error after 8-bit asymmetric quantization.

    Sum over bins of count × (x - q(x))², x the bin's centre, q with 256 levels that hit 0.
    """
    histogram = statistics.histogram
    occupied = histogram.counts > 0
    counts = histogram.counts[occupied].astype(np.float64)
    values = np.clip(histogram.centers[occupied], statistics.low, statistics.high)

    def cost(low: float, high: float) -> float:
        error = values - _fake_quantized(values, low, high)
        return float((counts * (error * error)).sum())

    return _descend(statistics, cost)


def _fake_quantized(values: Float64, low: float, high: float) -> Float64:
    """Values rounded to 256 levels over [low, high]; 0 is one of them."""
    scale = (high - low) / (_LEVELS - 1)
    zero_point = np.round(-low / scale)
    levels = np.clip(np.round(values / scale) + zero_point, 0, _LEVELS - 1)
    return np.asarray((levels - zero_point) * scale)


def entropy_range(statistics: Statistics) -> tuple[float, float]:
    """The range with the least Kullback-Leibler divergence between values and quantized values.

    P is the histogram inside the range, with what is clipped added to its ends; Q spreads the
    counts of each of 256 levels evenly over the level's occupied bins (Migacz, 8-bit inference
    with TensorRT, 2017), here with both ends free. Exact zeros, of which a ReLU leaves many, are
    represented without error by every range: their bin counts no more than its fullest neighbour.
    """
    histogram = statistics.histogram
    while len(histogram.counts) > OBSERVERS.divergence_bins:
        histogram = histogram.coarser(histogram.exponent + 1)
    counts = histogram.counts.astype(np.float64)
    zero = -histogram.first
    if 0 <= zero < len(counts) > 1:
        neighbours = np.concatenate([counts[max(zero - 1, 0) : zero], counts[zero + 1 : zero + 2]])
        counts[zero] = min(counts[zero], neighbours.max())

    def cost(low: float, high: float) -> float:
        start = int(np.clip(np.floor(low / histogram.width) - histogram.first, 0, len(counts) - 1))
        end = int(np.ceil(high / histogram.width) - histogram.first)
        return _divergence(counts, start, int(np.clip(end, start + 1, len(counts))))

    return _descend(statistics, cost)


def _divergence(counts: Float64, start: int, end: int) -> float:
    """KL divergence, in nats, of the bins [start, end) as the range."""
    inside = counts[start:end]
    reference = inside.copy()
    reference[0] += counts[:start].sum()
    reference[-1] += counts[end:].sum()
    occupied = reference > 0
    level = np.arange(len(inside)) * _LEVELS // max(len(inside), _LEVELS)
    totals = np.bincount(level, inside)
    scale_groups = np.bincount(level, occupied)
    candidate = np.where(occupied, (totals / np.maximum(scale_groups, 1))[level], 0.0)
    p = reference[occupied] / reference.sum()
    # An end that holds nothing but what was clipped has no mass in Q: a floor keeps it finite.
    q = np.maximum(candidate[occupied] / max(candidate.sum(), 1.0), 1e-12)
    return float((p * log(p / q)).sum())


def _descend(statistics: Statistics, cost: Callable[[float, float], float]) -> tuple[float, float]:
    """Shrink one end, then the other, to where the cost is least, until neither moves.

    Both ends are fractions of the extremes widened to hold 0; ties keep the wider range.
    """
    lowest, highest = min(statistics.low, 0.0), max(statistics.high, 0.0)
    if lowest == highest:
        return statistics.low, statistics.high
    low, high = lowest, highest
    for _ in range(OBSERVERS.rounds):
        before = (low, high)
        if highest > 0:
            candidates = [highest * fraction for fraction in _FRACTIONS]
            high = min(candidates, key=lambda candidate: cost(low, candidate))
        if lowest < 0:
            candidates = [lowest * fraction for fraction in _FRACTIONS]
            low = min(candidates, key=lambda candidate: cost(candidate, high))
        if (low, high) == before:
            break
    return float(low), float(high)
