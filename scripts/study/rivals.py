"""What a search has to beat with as many evaluations, though no user is offered it."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace

from mcuq.search import Candidate, Evaluator, GaSettings, Genome
from mcuq.search.knapsack import Losses, knapsack
from mcuq.search.mixes import Narrowing, solving
from mcuq.search.pick import pick
from mcuq.search.problem import BudgetSpent
from mcuq.search.seeds import byte_limit, sensitivities
from mcuq.search.settings import GA
from mcuq.search.variation import repair

MANY_KNAPSACKS = "knapsacks"
RANDOM_MIXES = "random-mixes"


def many_knapsacks(evaluator: Evaluator, seed: int, settings: GaSettings = GA) -> None:
    """The one-shot assignment, then those of the same losses disturbed as the search's repairs are,
    until as many candidates have been scored.

    Raises BudgetSpent when evaluations are used up, which is the usual end.
    """
    rng = random.Random(seed)
    losses = sensitivities(evaluator)
    limit = byte_limit(evaluator)
    exact = knapsack(evaluator.space, losses, limit)
    evaluator.evaluate([] if exact is None else [exact], thorough=True)
    for _ in range(settings.random_draws):
        drawn: dict[Genome, None] = {}
        for _ in range(settings.oversample * settings.children):
            genome = knapsack(evaluator.space, _disturbed(losses, rng, settings), limit)
            if genome is not None and genome not in evaluator.known:
                drawn[genome] = None
            if len(drawn) == settings.children:
                break
        if not drawn:
            return
        evaluator.evaluate(list(drawn))


def random_mixes(
    evaluator: Evaluator, seed: int, count: int, settings: GaSettings = GA
) -> Candidate | None:
    """Of mixes of widths drawn uniformly and repaired to the byte limit, `count` at most, all
    filters solved anew: the one that a search would pick. None where none fits."""
    rng = random.Random(seed)
    narrowing = Narrowing(evaluator.space)
    losses = narrowing.losses(sensitivities(evaluator))
    inner = solving(evaluator, narrowing, count)
    space, limit = narrowing.space, byte_limit(evaluator)
    with contextlib.suppress(BudgetSpent):
        for _ in range(settings.random_draws * count):
            drawn = [
                repair(space, space.random(rng), losses, limit, rng, settings)
                for _ in range(settings.children)
            ]
            inner.evaluate(drawn)
    found = pick(inner)
    return None if found is None else replace(found, genome=narrowing.wide(found.genome))


def _disturbed(losses: Losses, rng: random.Random, settings: GaSettings) -> Losses:
    low, high = settings.repair_noise
    return [[loss * (low + (high - low) * rng.random()) for loss in row] for row in losses]
