"""The search behind the search: combinations judged once every filter has been solved for them.

A choice of a filter was fitted beside choices like itself. In a mix each layer sees other inputs,
so that a mix scores far worse than after its filters have been solved anew on what really reaches
them, and narrow filters throughout can seem better than any mix. Solved anew, what recipe a filter
had is all the same: the space is that of widths (and of the activations' choices), small enough
for a search with few evaluations.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from mcuq.cost.figures import Cost
from mcuq.search.ga import evolve_from
from mcuq.search.knapsack import Losses, knapsack
from mcuq.search.pick import pick
from mcuq.search.problem import SOLVED, BudgetSpent, Candidate, Evaluator
from mcuq.search.seeds import byte_limit, known_losses
from mcuq.search.settings import GA, MIXES
from mcuq.search.space import Gene, Genome, Space


@dataclass(frozen=True)
class Narrowing:
    """A space without choices that only differ in how a filter was solved: the last one of a
    width, the strongest, stands for all.

    Attributes:
        whole: the space with all choices.
    """

    whole: Space

    @cached_property
    def _kept(self) -> tuple[tuple[int, ...], ...]:
        """For each gene the choices that stay, as they are numbered there."""
        return tuple(_kept(gene) for gene in self.whole.genes)

    @cached_property
    def space(self) -> Space:
        """Of the choices that stay."""
        whole = self.whole
        sizes = whole.sizes
        if sizes is None:
            return Space(self._of(whole.genes), whole.cutting)
        return Space(
            self._of(whole.genes), whole.cutting, lambda genome: self._of(sizes(self.wide(genome)))
        )

    def _of(self, genes: Sequence[Gene]) -> tuple[Gene, ...]:
        return tuple(
            Gene(
                gene.name,
                tuple(gene.choices[i] for i in kept),
                _index(gene, kept, gene.reference),
            )
            for gene, kept in zip(genes, self._kept, strict=True)
        )

    def narrow(self, genome: Genome) -> Genome:
        """What stands for a genome of the whole space."""
        return tuple(
            _index(gene, kept, index)
            for gene, kept, index in zip(self.whole.genes, self._kept, genome, strict=True)
        )

    def wide(self, genome: Genome) -> Genome:
        """The genome of the whole space."""
        return tuple(kept[index] for kept, index in zip(self._kept, genome, strict=True))

    def losses(self, alone: Losses) -> Losses:
        """Of each choice that stays the least that one it stands for loses alone."""
        return [
            [
                min(x for i, x in enumerate(row) if _index(gene, kept, i) == place)
                for place in range(len(kept))
            ]
            for gene, kept, row in zip(self.whole.genes, self._kept, alone, strict=True)
        ]


def _kept(gene: Gene) -> tuple[int, ...]:
    if not any(choice.bytes for choice in gene.choices):
        return tuple(range(len(gene.choices)))  # an activation's: none stands for another
    return tuple({choice.family: i for i, choice in enumerate(gene.choices)}.values())


def _index(gene: Gene, kept: Sequence[int], index: int) -> int:
    """Place among those kept of what stands for a choice."""
    if index in kept:
        return kept.index(index)
    return [gene.choices[i].family for i in kept].index(gene.choices[index].family)


def search_mixes(
    evaluator: Evaluator, winner: Candidate, seed: int, most: int, held: Candidate | None = None
) -> Candidate:
    """Go on from what was found, by losses of `SOLVED` rungs.

    Args:
        evaluator: everything scored so far; its losses of the choices alone are known.
        winner: what was picked among that.
        most: mixes to solve beside `winner` and `held`; `MIXES.evaluations` where that is less.
        held: what this gave under tighter limits; the result is no worse on all search samples but
            those kept back, nor on those.

    Returns:
        A candidate of the evaluator's space with the loss of its solved filters; where the limits
        leave those no choice, what `winner` is when solved.
    """
    narrowing = Narrowing(evaluator.space)
    first = [winner.genome] if held is None else [held.genome, winner.genome]
    inner = solving(evaluator, narrowing, max(len(first), min(most, MIXES.evaluations)))
    inner.evaluate([narrowing.narrow(genome) for genome in first])
    if _have_choice(evaluator, narrowing.space):
        losses = narrowing.losses(known_losses(evaluator))
        best = knapsack(narrowing.space, losses, byte_limit(evaluator))
        starts = [*_promising(evaluator, narrowing), *([] if best is None else [best])]
        settings = replace(GA, children=MIXES.children, patience=MIXES.patience)
        with contextlib.suppress(BudgetSpent):
            evolve_from(inner, starts, losses, random.Random(seed), settings)
    found = pick(inner, None if held is None else inner.known[narrowing.narrow(held.genome)])
    assert found is not None  # the winner fits
    return replace(found, genome=narrowing.wide(found.genome))


def representative(space: Space, genome: Genome) -> Genome:
    """Of the same widths, each filter's choice the one that stands for its width."""
    narrowing = Narrowing(space)
    return narrowing.wide(narrowing.narrow(genome))


def solving(evaluator: Evaluator, narrowing: Narrowing, budget: int) -> Evaluator:
    """Scores combinations of `narrowing.space` by losses of `SOLVED` rungs, at most `budget`."""

    def score(genomes: Sequence[Genome], rung: int) -> Sequence[float]:
        return evaluator.score([narrowing.wide(g) for g in genomes], SOLVED + rung)

    def cost(genome: Genome) -> Cost:
        return evaluator.cost(narrowing.wide(genome))

    return Evaluator(
        narrowing.space,
        score,
        cost,
        evaluator.limits,
        budget,
        expired=evaluator.expired,
        racing=False,
        settings=evaluator.settings,
    )


def _have_choice(evaluator: Evaluator, space: Space) -> bool:
    """Whether some filter can be wider than the narrowest, all of whose channels are there."""
    sizes = [sorted({choice.bytes for choice in gene.choices}) for gene in space.genes]
    steps = [each[1] - each[0] for each in sizes if len(each) > 1]
    least = sum(each[0] for each in sizes)
    return bool(steps) and least + min(steps) <= byte_limit(evaluator)


def _promising(evaluator: Evaluator, narrowing: Narrowing) -> list[Genome]:
    """Those of least loss that fit, each once."""
    fitting = sorted(
        (c for c in evaluator.known.values() if c.fits), key=lambda c: (c.loss, c.genome)
    )
    return list(dict.fromkeys(narrowing.narrow(c.genome) for c in fitting))[: MIXES.promising]
