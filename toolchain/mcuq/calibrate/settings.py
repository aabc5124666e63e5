"""Calibration's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ObserverSettings:
    """What is kept of an activation, and how ranges are looked for in it."""

    momentum: float = 0.99
    """Factor of a sample. Of the moving average: the last hundred samples weigh 63 %.

    Evidence: not measured: chosen by hand.
    """
    bins: int = 8192
    """Bins. Of a histogram, at most.

    Evidence: not measured: chosen by hand.
    """
    divergence_bins: int = 2048
    """Bins. Of a histogram for `entropy`, at most.

    Evidence: Migacz (8-bit inference with TensorRT, 2017) takes as many.
    """
    smallest_fraction: float = 0.1
    """Fraction. Of an extreme, the least that `mse` and `entropy` try.

    Evidence: not measured: chosen by hand.
    """
    fractions: int = 91
    """Fractions. Of an extreme, tried by `mse` and `entropy` from 1 down: steps of 1 %.

    Evidence: not measured: chosen by hand.
    """
    rounds: int = 3
    """Turns. Of shrinking one end of a range, then the other; they end where neither moves.

    Evidence: not measured: chosen by hand.
    """


OBSERVERS = ObserverSettings()
