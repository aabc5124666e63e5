"""Quantization's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CandidateSettings:
    """How the candidates of a filter are computed. Changing one changes the candidates' bytes, so
    `candidates.cache` has to count a version on."""

    smallest_share: float = 0.25
    """Share. Of the largest magnitude, the lowest clipping point that is tried.

    Evidence: docs/settings.md: 0.5 costs a third more loss at 4 bits; less was not tried.
    """
    shares: int = 31
    """Clipping points. Tried, evenly spread from `smallest_share` to 1.

    Evidence: docs/settings.md: 8 and 121 are better on one model and worse on the other.
    """
    damping: float = 0.01
    """Share. Of the inputs' mean second moment, added to the diagonal of their Gram matrix.

    Evidence: docs/settings.md: the least loss of five values on keyword spotting; the digits would
    rather have 0.1.
    """
    sweeps: int = 8
    """Sweeps. Of coordinate descent over a filter, at most; it ends where nothing changes.

    Evidence: docs/settings.md: 32 change nothing. One loses less than eight on both models: the
    descent also fits what only the calibration samples have.
    """
    rounds: int = 3
    """Turns. Of coordinate descent and a fit of the scales.

    Evidence: docs/settings.md: 9 change nothing; 0 and 1 cost 12 and 17 % on keyword spotting and
    nothing on the digits.
    """
    floats_on_disk: int = 1 << 27
    """Float32 values. Of activations kept on disk at a time: 512 MB.

    Evidence: not measured: chosen by hand; it bounds disk space. Models whose activations on 512
    samples are larger are fitted to fewer samples.
    """


CANDIDATES = CandidateSettings()


@dataclass(frozen=True)
class RangeSettings:
    """How wide ranges may be beside each other."""

    drag_limit: float = 4.0
    """Factor. An input of a CONCATENATION that others read keeps a scale of its own where the
    joined range is wider by more.

    Evidence: docs/arithmetic.md: ranges 2.7, 5.5 and 11 times wider cost 1.7, 4.8 and 9.8 dB.
    """
    least_step: Mapping[int, float] = field(default_factory=lambda: {8: 2.0**-16, 16: 2.0**-13})
    """Ratio, by bits of the activation. Least output step beside the largest input step where
    values are only rescaled (ADD, SUB, RELU, LEAKY_RELU, MEAN).

    Evidence: derived. TensorFlow Lite Micro's ADD needs 2 × input step / (2^n × output step)
    below 1, n being 20 for int8 and 15 for int16: a ratio above 2^-19 and 2^-14. The bound leaves
    a factor of 8 and of 2.
    """
    least_range: Mapping[int, float] = field(default_factory=lambda: {8: 2.0**-20, 16: 2.0**-13})
    """Ratio, by bits of the activation. Least output range beside the largest accumulator (weighted
    layers, MUL).

    Evidence: derived. int8: an accumulator times its multiplier stays below 255 × 2^20, and
    below 2^29 after the left shift alone, inside int32. int16: sums are shifted left by at most
    13 less the logarithm of the filter's largest weight, 6 for int8 and 12 for int2; TensorFlow
    Lite Micro's 15-bit factor leaves room for 15.
    """


RANGES = RangeSettings()
