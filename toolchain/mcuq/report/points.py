"""From a finished search to the points of `pareto.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcuq.result.front import Front, FrontVolume, Improvement, Point, ReferencePoint, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcuq.pipeline.accuracy import Baseline
    from mcuq.pipeline.measured import Measured
    from mcuq.pipeline.result import BuildResult, SearchSummary
    from mcuq.search import Candidate, Cost, Limits


def search_front(search: SearchSummary, limits: Limits) -> Front:
    """What is known before anything is evaluated or built."""
    int8 = _point("int8", search.int8_cost, _fits(search.int8_cost, limits), search.int8_loss)
    return _front([int8, *_members(search, {})], search)


def built_front(result: BuildResult) -> Front:
    """The same with every point's metric; the chosen one as it was built, after the finish."""
    search, accuracy = result.search, result.accuracy
    scored = dict(enumerate(accuracy.members))
    baselines = [_baseline(one) for one in accuracy.baselines]
    built = result.footprint.predicted
    members = [
        _as_built(point, built, accuracy.quantized) if point.role == "chosen" else point
        for point in _members(search, scored)
    ]
    if not members:
        fits = _fits(built, result.limits)
        members = [_point("chosen", built, fits, search.loss, accuracy=accuracy.quantized)]
    return _front([*baselines, *members], search)


def _front(points: list[Point], search: SearchSummary) -> Front:
    ordered = sorted(points, key=lambda point: (point.flash_bytes, point.role, point.loss or 0.0))
    return Front(
        points=tuple(ordered),
        curve=tuple(Improvement(evaluations=at, loss=loss) for at, loss in search.curve),
        hypervolume=_volume(search),
        singles={name: dict(losses) for name, losses in search.singles.items()},
    )


def _volume(search: SearchSummary) -> FrontVolume | None:
    found = search.hypervolume
    if found is None:
        return None
    loss, flash, ram, work = found.reference
    in_cycles = search.int8_cost.cycles is not None
    reference = ReferencePoint(
        loss=loss,
        flash_bytes=flash,
        ram_bytes=ram,
        cycles=work if in_cycles else None,
        instructions=None if in_cycles else work,
    )
    return FrontVolume(share=found.share, reference=reference)


def _members(search: SearchSummary, accuracies: Mapping[int, float | None]) -> list[Point]:
    chosen = _chosen(search)
    unmeasured = (None,) * len(search.front)
    return [
        _point(
            "chosen" if index == chosen else "candidate",
            candidate.cost,
            candidate.fits,
            candidate.loss,
            accuracy=accuracies.get(index),
            counted=(search.measured or unmeasured)[index],
            scored=(search.scored or unmeasured)[index],
            choices=search.labels[index],
        )
        for index, candidate in enumerate(search.front)
    ]


def _chosen(search: SearchSummary) -> int | None:
    """Position in the front of the one whose loss is the search's."""

    def distance(index: int) -> tuple[float, int]:
        candidate: Candidate = search.front[index]
        return abs(candidate.loss - (search.loss or 0.0)), candidate.cost.flash

    fitting = (i for i, candidate in enumerate(search.front) if candidate.fits)
    return min(fitting, key=distance, default=None)


def _fits(cost: Cost, limits: Limits) -> bool:
    return limits.violation(cost) == 0.0


def _as_built(point: Point, built: Cost, accuracy: float | None) -> Point:
    return point.model_copy(
        update={
            "accuracy": accuracy,
            "flash_bytes": built.flash,
            "ram_bytes": built.ram,
            "weight_bytes": built.weight_bytes,
            "instructions": built.instructions,
            "cycles": built.cycles,
        }
    )


def _baseline(one: Baseline) -> Point:
    return _point(
        one.role, one.cost, one.fits, one.loss, accuracy=one.accuracy, choices=one.choices
    )


def _point(
    role: Role,
    cost: Cost,
    fits: bool,
    loss: float | None,
    *,
    accuracy: float | None = None,
    counted: Measured | None = None,
    scored: float | None = None,
    choices: Mapping[str, str] | None = None,
) -> Point:
    return Point(
        role=role,
        accuracy=accuracy,
        loss=loss,
        flash_bytes=cost.flash,
        ram_bytes=cost.ram,
        weight_bytes=cost.weight_bytes,
        instructions=cost.instructions,
        cycles=cost.cycles,
        measured=counted.measured if counted else None,
        unit=counted.unit if counted else None,
        scored=scored,
        fits=fits,
        choices=dict(choices or {}),
    )
