"""The search's view of the outside: costs, budgets, scores, and the evaluator that counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mcuq.cost.figures import Cost
from mcuq.search.space import Genome, Space


@dataclass(frozen=True)
class Limits:
    """What must not be exceeded; None is no limit. Bytes."""

    flash: int | None = None
    ram: int | None = None
    weight_bytes: int | None = None

    def violation(self, cost: Cost) -> float:
        """Sum of relative overshoots; 0.0 where everything fits."""
        pairs = (
            (self.flash, cost.flash),
            (self.ram, cost.ram),
            (self.weight_bytes, cost.weight_bytes),
        )
        return sum(
            max(0.0, (used - limit) / max(limit, 1)) for limit, used in pairs if limit is not None
        )


@dataclass(frozen=True)
class Candidate:
    """An evaluated genome. `loss` is the search loss (lower is better)."""

    genome: Genome
    loss: float
    cost: Cost
    violation: float

    @property
    def fits(self) -> bool:
        return self.violation == 0.0


ScoreFunction = Callable[[Sequence[Genome]], Sequence[float]]
CostFunction = Callable[[Genome], Cost]
ProgressFunction = Callable[[int, int, float], None]
"""Called with (evaluations done, evaluations allowed, best fitting loss so far)."""


class BudgetSpent(Exception):  # noqa: N818 - a signal, not an error
    """The evaluation budget is used up."""


@dataclass
class Evaluator:
    """Scores genomes once each and stops at the evaluation budget.

    Attributes:
        space, score, cost, limits: the problem.
        budget: number of distinct genomes that may be scored.
        known: every genome scored so far, in order: the search's memory.
        curve: (evaluations, best fitting loss) at each improvement.
    """

    space: Space
    score: ScoreFunction
    cost: CostFunction
    limits: Limits
    budget: int
    progress: ProgressFunction | None = None
    known: dict[Genome, Candidate] = field(default_factory=dict)
    curve: list[tuple[int, float]] = field(default_factory=list)

    @property
    def remaining(self) -> int:
        return self.budget - len(self.known)

    def evaluate(self, genomes: Sequence[Genome]) -> list[Candidate]:
        """Score `genomes`; duplicates and known ones cost nothing.

        Those beyond the budget are left out of the result; none left raises BudgetSpent.
        """
        fresh = [g for g in dict.fromkeys(genomes) if g not in self.known]
        if fresh and self.remaining <= 0:
            raise BudgetSpent
        fresh = fresh[: self.remaining]
        for genome, loss in zip(fresh, self.score(fresh) if fresh else (), strict=True):
            self._remember(genome, float(loss))
        if fresh and self.progress is not None:
            self.progress(len(self.known), self.budget, self.best_loss)
        return [self.known[g] for g in genomes if g in self.known]

    def _remember(self, genome: Genome, loss: float) -> None:
        cost = self.cost(genome)
        candidate = Candidate(genome, loss, cost, self.limits.violation(cost))
        best = self.best_loss
        self.known[genome] = candidate
        if candidate.fits and loss < best:
            self.curve.append((len(self.known), loss))

    @property
    def best_loss(self) -> float:
        return self.curve[-1][1] if self.curve else float("inf")

    def best(self, count: int = 1) -> list[Candidate]:
        """The fitting candidates of least loss; ties to fewer bytes, then to the genome."""
        fitting = [c for c in self.known.values() if c.fits]
        fitting.sort(key=lambda c: (c.loss, c.cost.flash, c.genome))
        return fitting[:count]

    def nearest(self) -> Candidate:
        """The candidate that overshoots least."""
        return min(self.known.values(), key=lambda c: (c.violation, c.loss, c.genome))
