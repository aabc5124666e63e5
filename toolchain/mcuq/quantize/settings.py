"""Quantization's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


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
    remembered: int = 1 << 24
    """Integers. Of filters solved for mixes before, at most: 16 MB a worker.

    Evidence: not measured: chosen by hand; it bounds memory. ResNet-8 has 77,000.
    """


CANDIDATES = CandidateSettings()


@dataclass(frozen=True)
class RangeSettings:
    """How wide ranges may be beside each other."""

    drag_limit: float = 2.0
    """Factor. An input of a CONCATENATION, MINIMUM or MAXIMUM that others read keeps a scale of its
    own where the joined range is wider by more.

    Evidence: docs/settings.md: on a U-Net, a pyramid and a MAXIMUM a copy gains 0.3 to 0.5 dB at
    twice the range, 1.0 to 1.3 at three times and 1.9 to 2.4 at four; below 1.5 it gains nothing
    and costs a requantization an element.
    """
    average_limit: float = 2.0
    """Factor. An AVERAGE_POOL_2D over the whole image is a MEAN, at a scale of its own, where the
    range of its input is wider by more.

    Evidence: derived: at twice the range half of the average's integers are unused, 6 dB of its
    signal to noise. ResNet-8's is at 6 times, see docs/arithmetic.md.
    """


RANGES = RangeSettings()
