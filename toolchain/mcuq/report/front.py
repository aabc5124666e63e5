"""`pareto.json`: every configuration worth having, the baselines, and how the search got there."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mcuq.report.values import Written


class Point(Written):
    """One configuration and what it costs; `score` is on search data."""

    role: Literal["candidate", "chosen", "int8", "int4"] = "candidate"
    score: float = Field(description="The metric on search data, in its own direction.")
    loss: float | None = Field(default=None, description="What the search minimized.")
    flash_bytes: int
    ram_bytes: int
    weight_bytes: int
    instructions: int | None = Field(default=None, description="Estimated.")
    fits: bool
    bits: dict[str, int] = Field(description="Filter tensor → bits.")


class Improvement(Written):
    """A step of the learning curve: after so many evaluations the best fitting loss was this."""

    evaluations: int
    loss: float


class Front(Written):
    """What the search saw that nothing else beats, cheapest first."""

    metric: str
    points: tuple[Point, ...]
    curve: tuple[Improvement, ...] = ()

    def chosen(self) -> Point | None:
        """The point that was built."""
        return next((point for point in self.points if point.role == "chosen"), None)
