"""What `mcuq worst` says."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.document import Document


@dataclass(frozen=True)
class Worst:
    """Instructions of one inference.

    Attributes:
        bound: what no input exceeds; null where there is no bound.
        cycles_estimated: of that many instructions, at the upper end of the interval of the
            build's own estimate; null where the build has none. No bound: memories have a state.
        ms_estimated: the same at the board's clock.
        reason: why there is none; empty where there is one.
        least: what the quickest of the inputs took that were tried.
        most: what the slowest of them took.
        tried: how many those are: the lowest, the highest, zeros, both in turn, and random ones.
        stack_bytes: what no input exceeds.
    """

    bound: int | None
    cycles_estimated: int | None
    ms_estimated: float | None
    reason: str
    least: int
    most: int
    tried: int
    stack_bytes: int


WORST = Document(
    "worst", Worst, "instructions and stack that no input exceeds", "`mcuq worst --json`", version=2
)
