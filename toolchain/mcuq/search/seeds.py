"""Known starts: the solutions one would write down without a search."""

from __future__ import annotations

from mcuq.search.cutting import cut_starts
from mcuq.search.greedy import best_per_family, greedy, uniform
from mcuq.search.knapsack import Losses, knapsack
from mcuq.search.problem import Evaluator
from mcuq.search.settings import STARTS
from mcuq.search.space import Gene, Genome, Space, replaced
from mcuq.search.variation import widen


def sensitivities(evaluator: Evaluator) -> Losses:
    """Measure each choice alone against the reference genome.

    Costs one evaluation for the reference, one or two for the smallest genomes (so that there is
    one that fits, if any does, however small the budget) and one for every other choice. Of the
    choices that cost a tensor the same bytes only the best are measured on many samples.

    Returns:
        losses[gene][choice]: the loss increase over the reference.
    """
    space = evaluator.space
    evaluator.evaluate(space.ends, thorough=True)
    evaluator.sift(_rivals(space), evaluator.settings.measured)
    return known_losses(evaluator)


def count_alone(space: Space) -> int:
    """Evaluations of `sensitivities`."""
    return len({*space.ends}.union(*_rivals(space)))


def _rivals(space: Space) -> list[list[Genome]]:
    """Each choice alone, those that cost a tensor the same bytes together."""
    return [
        [replaced(space.reference, g, choice) for choice in family]
        for g, gene in enumerate(space.genes)
        for family in _families(gene)
    ]


def known_losses(evaluator: Evaluator) -> Losses:
    """`sensitivities` from what has been scored already."""
    return [_gene_losses(evaluator, g) for g in range(len(evaluator.space.genes))]


def _gene_losses(evaluator: Evaluator, g: int) -> list[float]:
    """Of each choice of gene `g`; one that lost its race is no better than those measured."""
    space, known = evaluator.space, evaluator.known
    base = known[space.reference].loss
    losses = [STARTS.unmeasured] * len(space.genes[g].choices)
    for family in _families(space.genes[g]):
        singles = {choice: replaced(space.reference, g, choice) for choice in family}
        found = {choice: known[s] for choice, s in singles.items() if s in known}
        worst = max((c.loss for c in found.values() if c.confirmed), default=0.0)
        for choice, c in found.items():
            losses[choice] = (c.loss if c.confirmed else max(c.loss, worst)) - base
    return losses


def _families(gene: Gene) -> list[list[int]]:
    """The choices that cost the same bytes."""
    families: dict[float, list[int]] = {}
    for index, choice in enumerate(gene.choices):
        families.setdefault(choice.family, []).append(index)
    return list(families.values())


def byte_limit(evaluator: Evaluator) -> int:
    """The weight bytes that the limits leave, taking code and the rest as in the reference."""
    reference = evaluator.cost(evaluator.space.reference)
    limits = evaluator.limits
    bounds = [reference.weight_bytes]
    if limits.weight_bytes is not None:
        bounds.append(limits.weight_bytes)
    if limits.flash is not None:
        bounds.append(limits.flash - (reference.flash - reference.weight_bytes))
    return min(bounds)


def sensitivity_ordered(space: Space, losses: Losses, limit: int) -> Genome:
    """From all wide, narrow the genes in order of their loss alone until it fits."""
    genome = uniform(space, losses, widest=True)
    narrow = uniform(space, losses, widest=False)
    order = sorted(range(len(genome)), key=lambda g: (losses[g][narrow[g]], g))
    for gene in order:
        if space.weight_bytes(genome) <= limit:
            break
        genome = replaced(genome, gene, narrow[gene])
    return genome


def fastest(evaluator: Evaluator, losses: Losses) -> Genome:
    """Every gene at the family that takes the least work beside a reference else."""
    space = evaluator.space

    def work(gene: int, choice: int) -> int:
        return evaluator.cost(replaced(space.reference, gene, choice)).work

    return tuple(
        min(best.values(), key=lambda choice: work(gene, choice))
        for gene, best in enumerate(best_per_family(space, losses))
    )


def known_starts(evaluator: Evaluator, losses: Losses) -> list[Genome]:
    """All int8, all int4, sensitivity-ordered, greedy, knapsack at the limit and around it; where
    cycles are limited the fastest, too; the best so far with the bytes that they leave spent."""
    space = evaluator.space
    limit = byte_limit(evaluator)
    starts = [
        space.reference,
        uniform(space, losses, widest=True),
        uniform(space, losses, widest=False),
        space.smallest(),
        sensitivity_ordered(space, losses, limit),
        greedy(space, losses, limit),
    ]
    if evaluator.limits.cycles is not None:
        starts.append(fastest(evaluator, losses))
    low, high = space.weight_bytes(space.smallest()), space.weight_bytes(space.reference)
    steps = STARTS.between + 1
    targets = [limit, *(low + (high - low) * k // steps for k in range(1, steps))]
    for target in targets:
        genome = knapsack(space, losses, target)
        if genome is not None:
            starts.append(genome)
    starts += cut_starts(space, losses, limit)
    plainly = [1.0] * len(space.genes)
    best = evaluator.best(STARTS.widened)
    starts += [widen(space.under(one.genome), one.genome, losses, limit, plainly) for one in best]
    return list(dict.fromkeys(starts))
