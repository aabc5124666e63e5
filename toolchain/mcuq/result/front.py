"""`pareto.json`: every configuration worth having, the baselines, and how the search got there."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mcuq.document import Document
from mcuq.written import Written

Role = Literal["candidate", "chosen", "int8", "int4", "knapsack"]


class Point(Written):
    """One configuration, what the search thought of it and what it costs."""

    role: Role = Field(
        default="candidate",
        description="`int8`, `int4`: min-max throughout. `knapsack`: one-shot assignment.",
    )
    accuracy: float | None = Field(
        default=None,
        description="The metric on evaluation data; of the chosen one, as built. None: not taken.",
    )
    loss: float | None = Field(
        description="What the search minimized, on search data; of the chosen one before the "
        "finish. None: not taken."
    )
    flash_bytes: int = Field(description="As the cost model says.")
    ram_bytes: int = Field(description="As the cost model says.")
    weight_bytes: int = Field(description="Filters as stored.")
    instructions: int = Field(description="Estimated.")
    cycles: int | None = Field(
        default=None, description="Predicted: from measured layers with `--port`, else estimated."
    )
    measured: int | None = Field(default=None, description="Counted on a farm, where it was.")
    unit: Literal["instructions", "cycles"] | None = Field(
        default=None, description="Of `measured`."
    )
    scored: float | None = Field(
        default=None, description="The metric from a farm's outputs on search samples, if asked."
    )
    fits: bool = Field(description="Whether it keeps the budget.")
    choices: dict[str, str] = Field(
        description="Tensor → choice; empty where one rule holds for all."
    )


class Improvement(Written):
    """A step of the learning curve: after so many evaluations the best fitting loss was this."""

    evaluations: int = Field(description="Candidates scored so far.")
    loss: float = Field(description="The lowest among those that fit.")


class ReferencePoint(Written):
    """The worst corner of a hypervolume: 1.1 times the worse of plain int8 and the fewest bytes."""

    loss: float = Field(description="What the search minimizes.")
    flash_bytes: int = Field(description="As the cost model says.")
    ram_bytes: int = Field(description="As the cost model says.")
    cycles: int | None = Field(description="Null where instructions are counted.")
    instructions: int | None = Field(description="Null where cycles are known.")


class FrontVolume(Written):
    """How much the front leaves behind: a figure to compare searches of one problem by."""

    share: float = Field(
        ge=0,
        le=1,
        description="Of the box between nothing and the reference point, what is no better than a "
        "point that fits: in loss, flash, RAM and cycles at once.",
    )
    reference: ReferencePoint = Field(description="The same for every method and seed.")


class Front(Written):
    """What the search saw that nothing else beats, cheapest first."""

    points: tuple[Point, ...] = Field(description="Cheapest in flash first.")
    curve: tuple[Improvement, ...] = Field(default=(), description="The search's learning curve.")
    hypervolume: FrontVolume | None = Field(
        default=None,
        description="Of the search's own points; null where an older mcuq wrote this, or nothing "
        "was searched.",
    )
    singles: dict[str, dict[str, float]] = Field(
        default_factory=dict,
        description="Tensor → choice → rise of the loss over plain int8 with it alone.",
    )

    def chosen(self) -> Point | None:
        """The point that was built."""
        return next((point for point in self.points if point.role == "chosen"), None)


FRONT = Document(
    "pareto",
    Front,
    "configurations that nothing else beats, and the baselines",
    "`pareto.json`, by `mcuq build` and `mcuq quantize`; `mcuq search -o` and `--json`",
    version=3,
    oldest=1,
)
