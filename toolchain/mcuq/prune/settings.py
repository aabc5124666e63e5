"""Numbers of the pruning: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PruningSettings:
    """Which channels a search may leave out."""

    shares: tuple[float, ...] = (0.125, 0.25, 0.5)
    """Shares of a set's channels. How many can go.

    Evidence: not measured: chosen by hand; each costs the candidates of all filters anew.
    """
    fewest: int = 8
    """Channels. Of a set from which some can go.

    Evidence: none needed: of fewer the smallest share is none.
    """
    samples: int = 64
    """Samples. Of the calibration data that say how channels depend on each other.

    Evidence: not measured: chosen by hand.
    """
    damping: float = 0.01
    """Share of the mean variance. Added to each channel's own.

    Evidence: as `CandidateSettings.damping`, which does the same for filters.
    """


PRUNING = PruningSettings()
