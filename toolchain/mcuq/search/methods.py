"""The search methods by name; all get the same candidates, scores and evaluation budget."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable

from mcuq.search.ga import evolve
from mcuq.search.greedy import greedy, uniform
from mcuq.search.individual import pareto_front
from mcuq.search.knapsack import knapsack
from mcuq.search.problem import BudgetSpent, Candidate, Evaluator
from mcuq.search.seeds import byte_limit, sensitivities
from mcuq.search.settings import GA, GaSettings
from mcuq.search.variation import repair


def _knapsack(evaluator: Evaluator, seed: int, settings: GaSettings) -> None:
    """One-shot: additive losses, exact assignment."""
    losses = sensitivities(evaluator)
    genome = knapsack(evaluator.space, losses, byte_limit(evaluator))
    evaluator.evaluate([genome] if genome is not None else [], thorough=True)


def _greedy(evaluator: Evaluator, seed: int, settings: GaSettings) -> None:
    """One-shot: least loss per byte saved first."""
    losses = sensitivities(evaluator)
    genome = greedy(evaluator.space, losses, byte_limit(evaluator))
    evaluator.evaluate([genome], thorough=True)


def _uniform(evaluator: Evaluator, seed: int, settings: GaSettings) -> None:
    """All int8 and all int4, the best single recipe of each."""
    losses = sensitivities(evaluator)
    evaluator.evaluate(
        [
            uniform(evaluator.space, losses, widest=True),
            uniform(evaluator.space, losses, widest=False),
            evaluator.space.smallest(),
        ],
        thorough=True,
    )


def _random(evaluator: Evaluator, seed: int, settings: GaSettings) -> None:
    """Uniform draws, repaired to the byte limit, until the budget is spent."""
    rng = random.Random(seed)
    losses = sensitivities(evaluator)
    limit = byte_limit(evaluator)
    space = evaluator.space
    for _ in range(settings.random_draws * max(evaluator.budget, 1)):
        if len(evaluator.known) >= min(evaluator.budget, space.size):
            break
        drawn = [
            repair(space, space.random(rng), losses, limit, rng, settings)
            for _ in range(settings.children)
        ]
        evaluator.evaluate([genome for genome in drawn if genome not in evaluator.known])


METHODS: dict[str, Callable[[Evaluator, int, GaSettings], None]] = {
    "ga": evolve,
    "knapsack": _knapsack,
    "greedy": _greedy,
    "random": _random,
    "uniform": _uniform,
}


OF_BYTES = frozenset({"knapsack", "greedy"})
"""Those that make one genome of bytes and losses alone: they know no limit of cycles."""


def run(
    method: str, evaluator: Evaluator, seed: int, settings: GaSettings | None = None
) -> list[Candidate]:
    """Run one of METHODS until it ends or the evaluation budget is spent.

    Returns:
        The Pareto front of everything that was scored. Raises KeyError for an unknown method.
    """
    with contextlib.suppress(BudgetSpent):
        METHODS[method](evaluator, seed, settings or GA)
    return pareto_front(list(evaluator.known.values()))
