"""How much a front leaves behind: the hypervolume, one figure of all objectives at once.

The share of the box between nothing and a reference point that is no better than some member: it
grows with every member that is added or improved, and needs no weights of the objectives.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from mcuq.search.problem import Candidate, Evaluator
from mcuq.search.settings import HYPERVOLUME

Point = tuple[float, ...]


@dataclass(frozen=True)
class Hypervolume:
    """Attributes:
    share: of the box from 0 to `reference`, in [0, 1].
    reference: loss, flash and RAM in bytes, cycles (instructions where none are known).
    """

    share: float
    reference: tuple[float, int, int, int]


def front_hypervolume(evaluator: Evaluator, front: Sequence[Candidate]) -> Hypervolume:
    """Of the members that fit.

    The reference point is the same for all methods and seeds: in each objective
    `HYPERVOLUME.margin` times the worse of plain int8 and the fewest bytes, which every search
    scores first.
    """
    space, known = evaluator.space, evaluator.known
    ends = [known[g] for g in (space.reference, space.smallest()) if g in known]
    loss, *cost = (max(column) for column in zip(*(c.objectives for c in ends), strict=True))
    flash, ram, work = (math.ceil(HYPERVOLUME.margin * figure) for figure in cost)
    reference = (HYPERVOLUME.margin * loss, flash, ram, work)
    # An objective that is 0 throughout says nothing.
    told = [at for at, figure in enumerate(reference) if figure > 0]
    points = [tuple(c.objectives[at] / reference[at] for at in told) for c in front if c.fits]
    return Hypervolume(hypervolume(points, (1.0,) * len(told)), reference)


def hypervolume(points: Sequence[Point], reference: Point) -> float:
    """Of what lies between the origin and `reference` the volume that some point dominates.

    While, Hingston, Barone, Huband, "A faster algorithm for calculating hypervolume", 2006: slices
    along the last objective, each of them one of fewer dimensions.

    Args:
        points: smaller is better; those that are no better than `reference` in every objective
            count as nothing.
    """
    inside = [p for p in points if all(x < r for x, r in zip(p, reference, strict=True))]
    return _volume(inside, reference) if reference else 0.0


def _volume(points: Sequence[Point], reference: Point) -> float:
    if not points:
        return 0.0
    if len(reference) == 1:
        return reference[0] - min(points)[0]
    levels = sorted({point[-1] for point in points})
    volume = 0.0
    for low, high in itertools.pairwise((*levels, reference[-1])):
        slab = _nondominated([point[:-1] for point in points if point[-1] <= low])
        volume += (high - low) * _volume(slab, reference[:-1])
    return volume


def _nondominated(points: Sequence[Point]) -> list[Point]:
    kept: list[Point] = []
    for point in sorted(set(points)):
        # In this order none that comes later dominates.
        if not any(all(a <= b for a, b in zip(other, point, strict=True)) for other in kept):
            kept.append(point)
    return kept
