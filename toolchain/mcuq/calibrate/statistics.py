"""What is remembered of one activation over all calibration samples: small, and mergeable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.calibrate.histogram import Histogram
from mcuq.calibrate.settings import OBSERVERS

MOMENTUM = OBSERVERS.momentum


@dataclass(frozen=True)
class MovingAverage:
    """Exponential moving average of per-sample extremes, in a form that can be concatenated.

    The average is sum / weight with weights MOMENTUM^age, so that early samples are not favoured.

    Attributes:
        decay: MOMENTUM^samples.
        weight: sum of the weights.
        low: weighted sum of the samples' minima.
        high: weighted sum of their maxima.
    """

    decay: float
    weight: float
    low: float
    high: float

    @classmethod
    def of(cls, samples: npt.NDArray[np.float32]) -> MovingAverage:
        """Of a (samples, values) array, in order."""
        weights = MOMENTUM ** np.arange(len(samples) - 1, -1, -1, dtype=np.float64)
        return cls(
            float(MOMENTUM ** len(samples)),
            float(weights.sum()),
            float(weights @ samples.min(axis=1)),
            float(weights @ samples.max(axis=1)),
        )

    def then(self, later: MovingAverage) -> MovingAverage:
        """The average over these samples followed by `later` ones."""
        return MovingAverage(
            self.decay * later.decay,
            self.weight * later.decay + later.weight,
            self.low * later.decay + later.low,
            self.high * later.decay + later.high,
        )


@dataclass(frozen=True)
class Statistics:
    """Statistics of one activation.

    Attributes:
        samples: how many samples were seen.
        low: smallest value.
        high: largest value.
        histogram: of all values.
        average: moving average of the per-sample extremes.
    """

    samples: int
    low: float
    high: float
    histogram: Histogram
    average: MovingAverage

    @classmethod
    def of(cls, values: npt.NDArray[np.float32]) -> Statistics:
        """Statistics of a block of samples.

        Args:
            values: finite float32 array of shape (N, …), N ≥ 1.
        """
        samples = values.reshape(len(values), -1)
        low, high = float(samples.min()), float(samples.max())
        histogram = Histogram.of(samples, low, high)
        return cls(len(samples), low, high, histogram, MovingAverage.of(samples))

    def merge(self, later: Statistics) -> Statistics:
        """Statistics of both blocks; only the moving average asks which came first."""
        return Statistics(
            self.samples + later.samples,
            min(self.low, later.low),
            max(self.high, later.high),
            self.histogram.merge(later.histogram),
            self.average.then(later.average),
        )
