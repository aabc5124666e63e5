"""How long-running stages tell their caller where they are; the library itself never prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One step of a stage.

    Attributes:
        stage: short name a user reads, such as "search" or "compile".
        done: units finished so far.
        total: units expected, or None where that is not known.
        note: best so far or what is being worked on, one short line.
    """

    stage: str
    done: int = 0
    total: int | None = None
    note: str = ""


ProgressCallback = Callable[[Progress], None]
"""Called from the thread that does the work; must return quickly."""


def silent(_: Progress) -> None:
    """The callback of those who do not want to know."""
