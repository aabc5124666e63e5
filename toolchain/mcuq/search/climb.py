"""A search under growing limits: each goes on from what the tighter ones found.

A larger limit is a larger space, in which a search of as many candidates can miss what a tighter
one finds. So the tighter ones come first, and what they picked stays a finalist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mcuq.search.methods import run
from mcuq.search.mixes import representative, search_mixes
from mcuq.search.pick import pick
from mcuq.search.problem import FULL, HOLDOUT, MEDIUM, SOLVED_ON_ALL, Candidate, Evaluator, Limits
from mcuq.search.seeds import byte_limit, count_alone
from mcuq.search.settings import STARTS, GaSettings
from mcuq.units import Share

SEARCHES = frozenset({"ga"})
"""Methods that look for better combinations; the others are what they are compared with."""


def tighter(method: str, evaluator: Evaluator) -> tuple[Limits, ...]:
    """The limits of weight bytes below the evaluator's that `method` searches first, growing."""
    if method not in SEARCHES:
        return ()
    space = evaluator.space
    full, least = (space.weight_bytes(g) for g in (space.reference, space.smallest()))
    steps = (Share(share).of(full) for share in STARTS.tighter)
    limit = byte_limit(evaluator)
    return tuple(
        replace(evaluator.limits, weight_bytes=step) for step in steps if least <= step < limit
    )


def climb(
    method: str,
    evaluator: Evaluator,
    seed: int,
    settings: GaSettings | None = None,
    before: Sequence[Limits] = (),
    *,
    mixes: bool = False,
) -> Candidate | None:
    """Search under the limits `before`, then under the evaluator's own; what is picked at last.

    On all search samples but those kept back, and on those kept back, the result is no worse than
    that of a search that ends with one of `before`. Each has the evaluator's budget; choices alone
    are the same under all limits and are scored once.

    Args:
        before: growing, each nowhere looser than the evaluator's own.
        mixes: under each limit search on as `search_mixes`, among no more mixes than the budget
            leaves combinations; the score function has the rungs of solved filters. What was found
            by few calibration samples is judged, and taken, by all of them.

    Returns:
        None where nothing fits. Raises KeyError for an unknown method.
    """
    steps = (*before, evaluator.limits)
    more = max(0, evaluator.budget - count_alone(evaluator.space))
    winner: Candidate | None = None
    mixed: Candidate | None = None
    taken: Judged | None = None
    for number, limits in enumerate(steps):
        evaluator.later = more * (len(steps) - number - 1)
        if number > 0:
            evaluator.budget = len(evaluator.known) + more
        evaluator.loosen(limits)
        run(method, evaluator, seed, settings)
        winner = pick(evaluator, winner)
        if mixes and winner is not None:
            mixed = search_mixes(evaluator, winner, seed, more, mixed)
            solved = [replace(winner, genome=representative(evaluator.space, winner.genome)), mixed]
            found = [_judged(evaluator, one, SOLVED_ON_ALL) for one in solved]
            taken = _better([_judged(evaluator, winner), *found], taken)
    return winner if taken is None else taken.candidate


@dataclass(frozen=True)
class Judged:
    """Attributes:
    losses: on all search samples but those kept back, on those kept back.
    """

    candidate: Candidate
    losses: tuple[float, float]


def _judged(evaluator: Evaluator, candidate: Candidate, rungs: int = 0) -> Judged:
    medium, full, holdout = (
        evaluator.score([candidate.genome], rungs + rung)[0] for rung in (MEDIUM, FULL, HOLDOUT)
    )
    return Judged(replace(candidate, loss=medium), (full, holdout))


def _better(found: Sequence[Judged], held: Judged | None) -> Judged:
    """`held`, what this gave under tighter limits, or one of `found` in its place: each that is
    nowhere worse than what was taken before. Few samples kept back do not outweigh the others."""
    taken = found[0] if held is None else held
    for one in found:
        if all(a <= b for a, b in zip(one.losses, taken.losses, strict=True)):
            taken = one
    return taken
