"""What a search has to beat with as many evaluations, though no user is offered it."""

from __future__ import annotations

import random

from mcuq.search import Evaluator, GaSettings, Genome
from mcuq.search.knapsack import Losses, knapsack
from mcuq.search.seeds import byte_limit, sensitivities
from mcuq.search.settings import GA

MANY_KNAPSACKS = "knapsacks"


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


def _disturbed(losses: Losses, rng: random.Random, settings: GaSettings) -> Losses:
    low, high = settings.repair_noise
    return [[loss * (low + (high - low) * rng.random()) for loss in row] for row in losses]
