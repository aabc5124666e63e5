"""The search's view of the outside: costs, budgets, scores, and the evaluator that counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mcuq.cost.figures import Cost
from mcuq.search.settings import FIDELITIES, FidelitySettings
from mcuq.search.space import Genome, Space


@dataclass(frozen=True)
class Limits:
    """What must not be exceeded; None is no limit. Bytes, and cycles of one inference."""

    flash: int | None = None
    ram: int | None = None
    weight_bytes: int | None = None
    cycles: int | None = None

    def violation(self, cost: Cost) -> float:
        """Sum of relative overshoots; 0.0 where everything fits."""
        pairs = (
            (self.flash, cost.flash),
            (self.ram, cost.ram),
            (self.weight_bytes, cost.weight_bytes),
            (self.cycles, cost.cycles),
        )
        return sum(
            max(0.0, (used - limit) / max(limit, 1))
            for limit, used in pairs
            if limit is not None and used is not None
        )


@dataclass(frozen=True)
class Candidate:
    """An evaluated genome.

    Attributes:
        loss: the search loss (lower is better); an estimate where `confirmed` is False.
        confirmed: scored on many samples, not only raced on few.
    """

    genome: Genome
    loss: float
    cost: Cost
    violation: float
    confirmed: bool = True

    @property
    def fits(self) -> bool:
        return self.violation == 0.0

    @property
    def objectives(self) -> tuple[float, int, int, int]:
        """What a search makes small: loss, flash, RAM, cycles or instructions."""
        return self.loss, self.cost.flash, self.cost.ram, self.cost.work


LOW, MEDIUM, FULL, HOLDOUT = range(4)
"""Rungs of samples: few for every candidate, many for promising ones, all of the search samples
but those kept back for the best, and those kept back for the last few."""
SOLVED = HOLDOUT + 1
"""Added to a rung: the loss on its samples once all filters of a genome have been solved anew, each
on what reaches it there; on few calibration samples where the model is large."""
SOLVED_ON_ALL = SOLVED + SOLVED
"""Added to a rung: the same, solved on all calibration samples that candidates are fitted to."""

ScoreFunction = Callable[[Sequence[Genome], int], Sequence[float]]
"""(genomes, rung) → losses."""
CostFunction = Callable[[Genome], Cost]
ProgressFunction = Callable[[int, int, float], None]
"""Called with (evaluations done, evaluations allowed, best fitting loss so far)."""

Choose = Callable[[Mapping[Genome, float]], Sequence[Genome]]
"""Race losses → the genomes to confirm."""


def _never() -> bool:
    return False


class BudgetSpent(Exception):  # noqa: N818 - a signal, not an error
    """The evaluation budget, or the time, is used up."""


@dataclass
class Evaluator:
    """Scores genomes once each and stops at the evaluation budget.

    Every genome is raced on few samples; one that fits and comes near the best so far is
    confirmed on many. What is not confirmed keeps its race loss, scaled by how races and
    confirmations of late relate, and is never returned before a confirmed one.

    Attributes:
        space, score, cost, limits: the problem.
        budget: number of distinct genomes that may be scored.
        expired: whether time is up; asked before every few candidates.
        racing: False confirms every genome.
        settings: who is confirmed.
        later: genomes that may be scored under larger limits beyond the budget: for the progress.
        known: every genome scored so far, in order: the search's memory.
        curve: (evaluations, best fitting loss) at each improvement.
    """

    space: Space
    score: ScoreFunction
    cost: CostFunction
    limits: Limits
    budget: int
    progress: ProgressFunction | None = None
    expired: Callable[[], bool] = _never
    racing: bool = True
    settings: FidelitySettings = FIDELITIES
    later: int = 0
    known: dict[Genome, Candidate] = field(default_factory=dict)
    curve: list[tuple[int, float]] = field(default_factory=list)
    _ratios: list[float] = field(default_factory=list, init=False)

    def loosen(self, limits: Limits) -> None:
        """Go on under limits that are nowhere tighter than those under which anything was scored.

        What was only raced, fits now and comes near the best is confirmed, which is no evaluation.
        """
        self.limits = limits
        for known in [*self.known.values()]:
            self._remember(replace(known, violation=limits.violation(known.cost)))
        self._confirm([c.genome for c in self.known.values() if self._deserves(c)])

    def _deserves(self, candidate: Candidate) -> bool:
        bar = self.settings.margin * self.best_loss
        return candidate.fits and not candidate.confirmed and candidate.loss <= bar

    def _confirm(self, genomes: Sequence[Genome]) -> None:
        for genome, loss in zip(
            genomes, self.score(genomes, MEDIUM) if genomes else (), strict=True
        ):
            self._remember(replace(self.known[genome], loss=float(loss), confirmed=True))

    @property
    def remaining(self) -> int:
        return self.budget - len(self.known)

    def evaluate(self, genomes: Sequence[Genome], *, thorough: bool = False) -> list[Candidate]:
        """Score `genomes`; duplicates and known ones cost nothing.

        Those beyond the budget are left out of the result; none left raises BudgetSpent, as
        does the end of the time.

        Args:
            thorough: confirm them all.
        """
        self._score(genomes, None if thorough else self._near_the_best)
        if thorough:
            known = (self.known[g] for g in dict.fromkeys(genomes) if g in self.known)
            self._confirm([c.genome for c in known if not c.confirmed])
        return [self.known[g] for g in genomes if g in self.known]

    def sift(self, rivals: Sequence[Sequence[Genome]], keep: int) -> None:
        """Score groups of rivals: the `keep` best of each group's races are confirmed.

        Raises BudgetSpent as `evaluate` does.
        """

        def choose(screened: Mapping[Genome, float]) -> Sequence[Genome]:
            groups = ([g for g in group if g in screened] for group in rivals)
            best = (g for group in groups for g in sorted(group, key=lambda g: screened[g])[:keep])
            return list(dict.fromkeys(best))

        self._score([g for group in rivals for g in group], choose)

    def _score(self, genomes: Sequence[Genome], choose: Choose | None) -> None:
        """Race what is new and confirm what `choose` says; None confirms all without a race."""
        fresh = [g for g in dict.fromkeys(genomes) if g not in self.known]
        if fresh and self.remaining <= 0:
            raise BudgetSpent
        fresh = fresh[: self.remaining]
        batch = self.settings.batch
        for start in range(0, len(fresh), batch):
            if self.known and self.expired():
                raise BudgetSpent
            self._score_batch(fresh[start : start + batch], choose if self.racing else None)
            if self.progress is not None:
                self.progress(len(self.known), self.budget + self.later, self.best_loss)

    def _score_batch(self, fresh: Sequence[Genome], choose: Choose | None) -> None:
        screened: dict[Genome, float] = {}
        chosen = fresh
        if choose is not None:
            screened = dict(zip(fresh, self.score(fresh, LOW), strict=True))
            chosen = choose(screened)
        sure = dict(zip(chosen, self.score(chosen, MEDIUM) if chosen else (), strict=True))
        self._ratios += [sure[g] / screened[g] for g in chosen if screened.get(g, 0.0) > 0.0]
        for genome in fresh:
            loss = sure[genome] if genome in sure else screened[genome] * self._ratio
            cost = self.cost(genome)
            over = self.limits.violation(cost)
            self._remember(Candidate(genome, float(loss), cost, over, genome in sure))

    def _near_the_best(self, screened: Mapping[Genome, float]) -> list[Genome]:
        bar = self.settings.margin * self.best_loss
        return [
            genome
            for genome, loss in screened.items()
            if loss * self._ratio <= bar and self.limits.violation(self.cost(genome)) == 0.0
        ]

    @property
    def _ratio(self) -> float:
        """What turns a race's loss into the expected one of a confirmation."""
        recent = self._ratios[-self.settings.recent :]
        return sum(recent) / len(recent) if recent else 1.0

    def _remember(self, candidate: Candidate) -> None:
        best = self.best_loss
        self.known[candidate.genome] = candidate
        if candidate.fits and candidate.confirmed and candidate.loss < best:
            self.curve.append((len(self.known), candidate.loss))

    @property
    def best_loss(self) -> float:
        """Of the confirmed candidates that fit."""
        return self.curve[-1][1] if self.curve else float("inf")

    def best(self, count: int = 1) -> list[Candidate]:
        """The fitting candidates of least loss, confirmed ones first; ties to fewer bytes, then
        to the genome."""
        fitting = [c for c in self.known.values() if c.fits]
        fitting.sort(key=lambda c: (not c.confirmed, c.loss, c.cost.flash, c.genome))
        return fitting[:count]

    def nearest(self) -> Candidate:
        """The candidate that overshoots least."""
        return min(self.known.values(), key=lambda c: (c.violation, c.loss, c.genome))
