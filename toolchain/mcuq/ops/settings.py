"""The operators' tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class GuardSettings:
    """How small an output's range may be beside those of the inputs."""

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


GUARDS = GuardSettings()
