"""Tuned numbers of blending: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BlendSettings:
    """How samples are blended into each other."""

    share: float = 0.5
    """Probability. A sample of a batch gets a part of another.

    Evidence: not measured: chosen by hand.
    """
    sides: tuple[float, float] = (0.3, 0.7)
    """Shares of the image's. The shortest and longest side of a rectangle.

    Evidence: not measured: chosen by hand.
    """
    largest_part: float = 0.5
    """Share. Of the other sample where samples are no images, at most.

    Evidence: not measured: chosen by hand.
    """


BLENDS = BlendSettings()
