"""Genes that decide the bytes of others: a search finds what is best left out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from mcuq.search import Choice, Cost, Evaluator, Gene, Genome, Limits, Space
from mcuq.search.cutting import cut_starts
from mcuq.search.methods import run
from mcuq.search.variation import repair

SIZES = (800, 1600, 1200)
CUTS = (1.0, 0.75, 0.5)
WIDTH_LOSS = {8: 0.0, 4: 0.2, 2: 2.0}
CUT_LOSSES = ((0.0, 0.01, 0.02), (0.0, 0.5, 3.0))
"""Of the first layer's channels few matter, of the second's all."""


def left(genome: Genome) -> tuple[Gene, ...]:
    """The first cut shrinks filters 0 and 1, the second 1 and 2."""
    one, other = (CUTS[level] for level in genome[3:])
    shares = (one, one * other, other)
    genes = tuple(
        replace(
            gene,
            choices=tuple(
                replace(choice, bytes=int(size * share) * choice.family // 8)
                for choice in gene.choices
            ),
        )
        for gene, size, share in zip(GENES[:3], SIZES, shares, strict=True)
    )
    return (*genes, *GENES[3:])


GENES = (
    *(
        Gene(f"w{i}", tuple(Choice(f"int{bits}", size * bits // 8, bits) for bits in (8, 4, 2)))
        for i, size in enumerate(SIZES)
    ),
    *(Gene(f"c{i}", tuple(Choice(f"{share}", 0, 0) for share in CUTS)) for i in range(2)),
)
SPACE = Space(GENES, (3, 4), left)
WHOLE = Space(GENES[:3])


def loss(genome: Genome) -> float:
    filters = sum(
        WIDTH_LOSS[GENES[g].choices[choice].family] for g, choice in enumerate(genome[:3])
    )
    return 0.01 + filters + sum(CUT_LOSSES[g][level] for g, level in enumerate(genome[3:]))


def losses() -> list[list[float]]:
    return [
        *([WIDTH_LOSS[choice.family] for choice in gene.choices] for gene in GENES[:3]),
        *map(list, CUT_LOSSES),
    ]


def evaluator(space: Space, limit: int, budget: int = 200) -> Evaluator:
    def cost(genome: Genome) -> Cost:
        size = space.weight_bytes(genome)
        return Cost(size, 0, size, 0)

    def score(genomes: Sequence[Genome], rung: int) -> list[float]:
        return [loss(genome) for genome in genomes]

    return Evaluator(space, score, cost, Limits(weight_bytes=limit), budget)


def test_bytes_are_those_that_are_left() -> None:
    assert SPACE.weight_bytes(SPACE.reference) == sum(SIZES)
    assert SPACE.weight_bytes((0, 0, 0, 2, 0)) == 400 + 800 + 1200
    assert SPACE.weight_bytes((1, 2, 0, 1, 1)) == 300 + 225 + 900
    assert SPACE.under(SPACE.reference) is SPACE
    assert SPACE.ends == (SPACE.reference, SPACE.smallest(), (*SPACE.smallest()[:3], 2, 2))


@pytest.mark.parametrize("seed", range(8))
def test_a_repair_keeps_the_limit_and_the_cuts(seed: int) -> None:
    rng = random.Random(seed)
    drawn = SPACE.random(rng)
    found = repair(SPACE, drawn, losses(), 1500, rng)
    assert found[3:] == drawn[3:]
    smallest = SPACE.weight_bytes((2, 2, 2, *drawn[3:]))
    assert SPACE.weight_bytes(found) <= max(1500, smallest)


def test_starts_cut_what_costs_least() -> None:
    starts = cut_starts(SPACE, losses(), 2000)
    assert any(start[3:] == (2, 0) for start in starts)
    assert all(SPACE.weight_bytes(start) <= 2000 for start in starts)
    assert cut_starts(WHOLE, losses()[:3], 2000) == []


@pytest.mark.parametrize("method", ["ga", "random"])
def test_a_search_leaves_out_what_hardly_matters(method: str) -> None:
    limit = sum(SIZES) // 2
    best = {}
    for name, space in (("whole", WHOLE), ("cut", SPACE)):
        searched = evaluator(space, limit)
        run(method, searched, 0)
        best[name] = searched.best()[0]
    assert best["cut"].cost.weight_bytes <= limit
    assert best["cut"].loss < best["whole"].loss


def test_what_fits_with_fewer_channels_only_is_found() -> None:
    limit = WHOLE.weight_bytes(WHOLE.smallest()) - 100
    searched = evaluator(SPACE, limit, budget=3)
    run("ga", searched, 0)
    assert searched.best()
