"""What is remembered of one activation over all calibration samples: small, and mergeable."""

from __future__ import annotations

from dataclasses import dataclass, replace

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

    def after(self, samples: npt.NDArray[np.float32]) -> MovingAverage:
        """The average over these samples followed by a (samples, values) array, in order.

        One after the other: however many come at once, the same steps are rounded.
        """
        decay, weight, low, high = self.decay, self.weight, self.low, self.high
        ends = zip(samples.min(axis=1).tolist(), samples.max(axis=1).tolist(), strict=True)
        for smallest, largest in ends:
            decay, weight = decay * MOMENTUM, weight * MOMENTUM + 1.0
            low, high = low * MOMENTUM + smallest, high * MOMENTUM + largest
        return MovingAverage(decay, weight, low, high)

    def then(self, later: MovingAverage) -> MovingAverage:
        """The average over these samples followed by `later` ones."""
        return MovingAverage(
            self.decay * later.decay,
            self.weight * later.decay + later.weight,
            self.low * later.decay + later.low,
            self.high * later.decay + later.high,
        )


NO_SAMPLES = MovingAverage(1.0, 0.0, 0.0, 0.0)


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
    def of(cls, values: npt.NDArray[np.float32], before: MovingAverage = NO_SAMPLES) -> Statistics:
        """Statistics of a block of samples.

        Args:
            values: finite float32 array of shape (N, …), N ≥ 1.
            before: the moving average that these samples continue.
        """
        samples = values.reshape(len(values), -1)
        low, high = float(samples.min()), float(samples.max())
        histogram = Histogram.of(samples, low, high)
        return cls(len(samples), low, high, histogram, before.after(samples))

    def followed_by(self, values: npt.NDArray[np.float32]) -> Statistics:
        """Statistics of these samples and a further block of them."""
        block = Statistics.of(values, self.average)
        return replace(self.merge(block), average=block.average)

    def merge(self, later: Statistics) -> Statistics:
        """Statistics of both blocks; only the moving average asks which came first."""
        return Statistics(
            self.samples + later.samples,
            min(self.low, later.low),
            max(self.high, later.high),
            self.histogram.merge(later.histogram),
            self.average.then(later.average),
        )
