"""The findings' thresholds: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class OutlierThresholds:
    """When a calibration sample alone would decide the range of an input."""

    gap: float = 4.0
    """Factor. By which a sample must reach farther than all others: it costs two bits of eight.

    Evidence: in the order of reach no sample of the example's and MLPerf Tiny's data is more than
    1.06 times beyond the next. Of 1,000 sets drawn from a normal distribution none has a factor
    above 2.3, from an exponential one none above 3.7, whatever their size; of a lognormal one's 5
    in 1,000 exceed 4.
    """
    share: int = 20
    """Divisor. At most one sample in so many is an outlier; more are what the data is like.

    Evidence: not measured: chosen by hand.
    """
    least: int = 8
    """Samples. Fewer say nothing about what is usual.

    Evidence: not measured: chosen by hand.
    """


OUTLIERS = OutlierThresholds()


@dataclass(frozen=True)
class SetThresholds:
    """When sets of samples do not fit together, or are no sets."""

    apart: float = 4.0
    """Factor. Between what two sets reach, from which on they are on different scales.

    Evidence: halves of one set differ by less than 1.2 on the example and on the data for MLPerf
    Tiny; ÷255 and ÷128 give 255 and 128.
    """
    beyond: float = 0.1
    """Share. Of one set's values beyond the other's extremes: 0..1 for -1..1 has half there.

    Evidence: two parts of one set have less than 0.001 on the example and on the data for MLPerf
    Tiny.
    """
    few: int = 4
    """Samples. Of fewer, one dark picture is no other scale: they must be `apart_of_few`.

    Evidence: not measured: chosen by hand.
    """
    apart_of_few: float = 32.0
    """Factor. As `apart`, for fewer samples than `few`.

    Evidence: no single sample of MLPerf Tiny's data reaches 6 times less, or farther, than all of
    them; ÷255, ÷128 and ÷32768 are more.
    """
    least: int = 10
    """Samples. For calibration.

    Evidence: derived. Of new samples a share of 2 / (n + 1) lies beyond the least or the greatest
    of n in any one value: 18 % of them for 10, all of them for one.
    """
    whole_reach: int = 4
    """Value. Up to which whole numbers may be -1..1 or standardized values cut off.

    Evidence: not measured: chosen by hand; standardized values seldom reach farther.
    """
    fractions: float = 0.1
    """Share. Of values with a fraction by which a set differs from one without any.

    Evidence: not measured: chosen by hand.
    """
    repeated: int = 10
    """Samples. Equal to others, for each different one.

    Evidence: not measured: chosen by hand.
    """
    shared: float = 0.05
    """Share. Of the evaluation samples that were searched on. Data sets hold some twins by nature.

    Evidence: not measured: chosen by hand.
    """
    values: int = 1_000_000
    """Values. Of an input that are looked at for its quantiles, evenly spread, at most.

    Evidence: not measured: chosen by hand; it bounds time.
    """
    fewest_steps: int = 16
    """Steps. That an activation takes of a range that a file stores: fewer are less than 4 bits.

    Evidence: not measured: chosen by hand.
    """


SETS = SetThresholds()


@dataclass(frozen=True)
class LabelThresholds:
    """When labels are right in another reading."""

    good: float = 0.9
    """Share. A model that is right so often needs no other samples or labels; so of the targets'
    variance.

    Evidence: not measured: chosen by hand.
    """
    each: int = 5
    """Samples. Of each class, at least, by which an order of classes can be told.

    Evidence: guesses are never consistent in `good` of them.
    """
    scaled: float = 0.5
    """Share. Of the targets' variance that a model on their scale explains.

    Evidence: not measured: chosen by hand.
    """


LABELS = LabelThresholds()


@dataclass(frozen=True)
class ResultThresholds:
    """When a figure says that something is wrong."""

    chance: float = 0.05
    """Probability. A result that guessing reaches so often is no evidence against guessing.

    Evidence: the usual level of a test.
    """
    least: int = 10
    """Samples. Fewer cannot tell a model from guessing.

    Evidence: not measured: chosen by hand.
    """
    gain: float = 0.25
    """Share. That a remedy must gain to be named.

    Evidence: the example's digits, on 1/16 of their scale, gain 0.13 by a wrong one, and on 1/255
    of it 0.88 by the right one.
    """
    fall: Mapping[str, float] = field(
        default_factory=lambda: {"top1": 0.03, "auc": 0.03, "agreement": 0.1}
    )
    """Share, by metric. Lost from float to integers.

    Evidence: to plain int8, keyword spotting and ResNet-8 of MLPerf Tiny lose 0.00 and 0.02 of
    accuracy on 200 and 400 samples, and 0.005 and 0.04 of agreement: where the float model wavers
    between two classes nothing is lost.
    """
    fall_of_variance: float = 0.02
    """Share of the variance of the float model's outputs. Squared error gained.

    Evidence: not measured: chosen by hand.
    """
    fall_of_value: float = 0.05
    """Share of the float model's. Lost of a metric of the user's own.

    Evidence: not measured: chosen by hand.
    """
    clipped: float = 0.01
    """Share. Of an activation's values beyond its calibrated extremes.

    Evidence: on the example and on keyword spotting and ResNet-8 of MLPerf Tiny, other samples of
    the same data have at most 0.0025 there.
    """
    by_chance: int = 4
    """Factor. On the samples beyond the extremes that chance leaves there.

    Evidence: few samples for calibration (48 of Visual Wake Words) put 0.04 of a small output's
    values beyond them.
    """
    samples: int = 128
    """Samples. Of the evaluation data, evenly spread, that clipping is counted on.

    Evidence: not measured: chosen by hand; it bounds time.
    """
    tried: int = 256
    """Samples. That a remedy is tried on.

    Evidence: not measured: chosen by hand; it bounds time.
    """


RESULTS = ResultThresholds()
