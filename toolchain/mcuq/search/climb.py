"""A search under growing limits: each goes on from what the tighter ones found.

A larger limit is a larger space, in which a search of as many candidates can miss what a tighter
one finds. So the tighter ones come first, and what they picked stays a finalist.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mcuq.search.methods import run
from mcuq.search.problem import FULL, HOLDOUT, Candidate, Evaluator, Limits
from mcuq.search.seeds import byte_limit, count_alone
from mcuq.search.settings import STARTS, GaSettings
from mcuq.search.space import Genome
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
) -> Candidate | None:
    """Search under the limits `before`, then under the evaluator's own; what is picked at last.

    On all search samples but those kept back, and on those kept back, the result is no worse than
    that of a search that ends with one of `before`. Each has the evaluator's budget; choices alone
    are the same under all limits and are scored once.

    Args:
        before: growing, each nowhere looser than the evaluator's own.

    Returns:
        None where nothing fits. Raises KeyError for an unknown method.
    """
    steps = (*before, evaluator.limits)
    more = max(0, evaluator.budget - count_alone(evaluator.space))
    winner: Candidate | None = None
    for number, limits in enumerate(steps):
        evaluator.later = more * (len(steps) - number - 1)
        if number > 0:
            evaluator.budget = len(evaluator.known) + more
        evaluator.loosen(limits)
        run(method, evaluator, seed, settings)
        winner = pick(evaluator, winner)
    return winner


def pick(evaluator: Evaluator, held: Candidate | None = None) -> Candidate | None:
    """The best of what fits: `FidelitySettings.chosen` scored on all search samples but those kept
    back, `FidelitySettings.picked_from` of them on those. None where nothing fits.

    Args:
        held: what was picked under tighter limits; it stays unless another is no worse on both.
    """
    settings = evaluator.settings
    finalists = [c.genome for c in evaluator.best(settings.chosen)]
    rivals = [] if held is None else [held.genome]
    losses = _losses(evaluator, [*finalists, *rivals], FULL)
    bar = min((losses[genome] for genome in rivals), default=math.inf)
    ahead = [genome for genome in _ordered(finalists, losses) if losses[genome] <= bar]
    last = [*ahead[: settings.picked_from], *rivals]
    best = _ordered(last, _losses(evaluator, last, HOLDOUT))
    return evaluator.known[best[0]] if best else None


def _losses(evaluator: Evaluator, genomes: Sequence[Genome], rung: int) -> dict[Genome, float]:
    distinct = list(dict.fromkeys(genomes))
    found = evaluator.score(distinct, rung) if distinct else ()
    return dict(zip(distinct, found, strict=True))


def _ordered(genomes: Sequence[Genome], losses: Mapping[Genome, float]) -> list[Genome]:
    return sorted(genomes, key=lambda genome: (losses[genome], genome))
