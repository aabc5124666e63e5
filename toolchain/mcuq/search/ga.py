"""The genetic algorithm: NSGA-II from known starts, guided by what has been learned.

A generation: parents by tournament among the survivors, children by crossover and mutation,
most of them repaired to the byte limit, a surrogate regression says which of many children
deserve an evaluation, NSGA-II selects the survivors.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from mcuq.search.individual import select
from mcuq.search.knapsack import Losses
from mcuq.search.problem import Candidate, Evaluator
from mcuq.search.seeds import byte_limit, known_starts, sensitivities
from mcuq.search.settings import GaSettings
from mcuq.search.space import Genome
from mcuq.search.surrogate import Surrogate
from mcuq.search.variation import crossover, mutate, repair


def evolve(evaluator: Evaluator, seed: int, settings: GaSettings) -> None:
    """Run the search; the evaluator keeps everything that was scored.

    Raises BudgetSpent when evaluations or time are used up, which is the usual end.
    """
    losses = sensitivities(evaluator)
    starts = known_starts(evaluator, losses)
    evolve_from(evaluator, starts, losses, random.Random(seed), settings)


def evolve_from(
    evaluator: Evaluator,
    starts: Sequence[Genome],
    losses: Losses,
    rng: random.Random,
    settings: GaSettings,
) -> None:
    """The same from given starts; `losses` are those of the choices alone."""
    evaluator.evaluate(starts, thorough=True)
    limit = byte_limit(evaluator)
    surrogate = Surrogate(evaluator.space, settings)
    stale = 0
    while stale < settings.patience:
        before = evaluator.best_loss
        everyone = list(evaluator.known.values())
        survivors = select(everyone, settings.population)
        if combinations := _combinations(everyone, evaluator.space.reference):
            surrogate.fit(combinations)
        parents = list(dict.fromkeys([*evaluator.best(settings.population // 2), *survivors]))
        children = _breed(evaluator, parents, losses, limit, rng, settings)
        if not children:
            return
        evaluator.evaluate(_promising(children, surrogate, rng, settings))
        stale = 0 if evaluator.best_loss < before else stale + 1


def _combinations(candidates: Sequence[Candidate], reference: Genome) -> list[Candidate]:
    """Without the choices measured alone: beside the reference, far below the losses that are
    compared here, they say little of how choices add up."""
    return [
        c for c in candidates if sum(a != b for a, b in zip(c.genome, reference, strict=True)) != 1
    ]


def _breed(
    evaluator: Evaluator,
    parents: Sequence[Candidate],
    losses: Losses,
    limit: int,
    rng: random.Random,
    settings: GaSettings,
) -> list[Genome]:
    """Children never scored before, each once."""
    space = evaluator.space
    children: dict[Genome, None] = {}
    wanted = settings.children * settings.oversample
    for _ in range(settings.attempts * wanted):
        if len(children) >= wanted:
            break
        child = crossover(_tournament(parents, rng), _tournament(parents, rng), rng, settings)
        child = mutate(space, child, rng, settings)
        if rng.random() < settings.repaired:
            child = repair(space, child, losses, limit, rng, settings)
        if child not in evaluator.known:
            children[child] = None
    return list(children)


def _tournament(parents: Sequence[Candidate], rng: random.Random) -> Genome:
    """The better of two: parents come best first."""
    return parents[min(rng.randrange(len(parents)), rng.randrange(len(parents)))].genome


def _promising(
    children: Sequence[Genome], surrogate: Surrogate, rng: random.Random, settings: GaSettings
) -> list[Genome]:
    """Most by predicted loss, the rest drawn blindly so that the model is corrected."""
    blindly = settings.children // settings.blind_share
    predicted = surrogate.predict(children)
    order = sorted(range(len(children)), key=lambda i: (predicted[i], children[i]))
    by_model = order[: settings.children - blindly]
    rest = order[len(by_model) :]
    blind = rng.sample(rest, min(blindly, len(rest)))
    return [children[i] for i in (*by_model, *blind)]
