"""Numbers of filters of two widths: what each does, in which unit, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BlockSettings:
    """Which filters of two widths a search may choose."""

    shares: tuple[float, ...] = (0.25, 0.5)
    """Shares of a filter's channels. How many have the wider of its two widths.

    Evidence: not measured: chosen by hand.
    """
    judged_by: str = "hessian"
    """Method. Of the filters by whose errors channels are ordered.

    Evidence: none needed: of those that every width has, the strongest that keeps to the float
    filter's outputs, channel by channel.
    """
    methods: tuple[str, ...] = ("refit",)
    """Methods. By which filters of two widths are offered.

    Evidence: not measured: the strongest; each more is an evaluation for every choice.
    """
    samples: int = 64
    """Samples. Of the calibration data on which errors are seen.

    Evidence: not measured: chosen by hand.
    """


BLOCKS = BlockSettings()
