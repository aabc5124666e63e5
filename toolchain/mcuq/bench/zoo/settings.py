"""The zoo's tuned numbers: what each does, in which unit, and what is known of its value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ZooSettings:
    """What a file may take where nothing else is asked, and how often the result is written."""

    seconds: float = 300.0
    """Seconds. Of one step on one file.

    Evidence: not measured: chosen by hand.
    """
    memory_mb: int = 4096
    """Mebibytes. That each process may ask for.

    Evidence: not measured: chosen by hand.
    """
    saved_every: float = 5.0
    """Seconds. Between two results that are written while files are tried.

    Evidence: not measured: chosen by hand; it changes no result.
    """


LIMITS = ZooSettings()
