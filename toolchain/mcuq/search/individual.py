"""Genomes as DEAP sees them: NSGA-II fitness with Deb's constraint domination."""

from __future__ import annotations

from collections.abc import Sequence

from deap import base, tools

from mcuq.search.problem import Candidate


class ConstrainedFitness(base.Fitness):  # type: ignore[misc]
    """Minimizes (loss, flash, ram, cycles or instructions); the smaller violation always dominates.

    Deb, Pratap, Agarwal, Meyarivan, "A fast elitist non-dominated sorting genetic algorithm for
    multi-objective optimization: NSGA-II", 2002, section VI.
    """

    weights = (-1.0, -1.0, -1.0, -1.0)

    def __init__(self, candidate: Candidate) -> None:
        super().__init__(candidate.objectives)
        self.violation = candidate.violation

    def dominates(self, other: ConstrainedFitness, obj: slice = slice(None)) -> bool:
        if self.violation != other.violation:
            return self.violation < other.violation
        return bool(super().dominates(other, obj))


class Individual:
    """A candidate with the `fitness` attribute that DEAP's tools look for."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self.fitness = ConstrainedFitness(candidate)


def select(candidates: Sequence[Candidate], count: int) -> list[Candidate]:
    """NSGA-II environmental selection: best fronts first, the last one by crowding."""
    individuals = [Individual(c) for c in candidates]
    return [i.candidate for i in tools.selNSGA2(individuals, min(count, len(individuals)))]


def pareto_front(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates that none dominates, by growing flash then loss; one for equal figures."""
    individuals = [Individual(c) for c in candidates]
    if not individuals:
        return []
    front = tools.sortNondominated(individuals, len(individuals), first_front_only=True)[0]
    unique: dict[tuple[float, ...], Candidate] = {}
    for individual in sorted(front, key=lambda i: i.candidate.genome):
        unique.setdefault(individual.fitness.values, individual.candidate)
    return sorted(unique.values(), key=lambda c: (c.cost.flash, c.loss, c.genome))
