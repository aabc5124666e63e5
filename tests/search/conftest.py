"""A synthetic problem whose optimum is known: choices interact, so additive methods miss it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import pytest

from mcuq.search import Choice, Cost, Evaluator, Gene, Genome, Limits, Space
from mcuq.search.problem import LOW

SIZES = (900, 400, 1600, 700, 1200, 300, 2000, 500)


@pytest.fixture
def space() -> Space:
    return Space(
        tuple(
            Gene(
                f"w{i}",
                (
                    Choice("int8", size, 8),
                    Choice("int4", size // 2, 4),
                    Choice("int4:a", size // 2, 4),
                    Choice("int4:b", size // 2, 4),
                ),
            )
            for i, size in enumerate(SIZES)
        )
    )


def interacting_loss(genome: Genome) -> float:
    """Each int4 costs; equal neighbouring recipes cancel most of each other's error."""
    base = 0.01 + sum(
        (0.0, 0.5, 0.4, 0.45)[g] * (1 + math.sin(3 * i)) for i, g in enumerate(genome)
    )
    gain = sum(0.35 for a, b in itertools.pairwise(genome) if a == b == 3)
    return base - 0.9 * min(gain, base)


def noise(genome: Genome) -> float:
    """What a race on few samples is off by, -1 … 1: the same for the same genome."""
    return math.sin(sum((i + 1) * g for i, g in enumerate(genome)))


class Counting:
    """A score function that counts what it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, Genome]] = []

    def __call__(self, genomes: Sequence[Genome], rung: int) -> list[float]:
        self.calls.extend((rung, g) for g in genomes)
        return [interacting_loss(g) * (1 + 0.1 * noise(g) * (rung == LOW)) for g in genomes]


@pytest.fixture
def score() -> Counting:
    return Counting()


@pytest.fixture
def evaluator(space: Space, score: Counting) -> Evaluator:
    def cost(genome: Genome) -> Cost:
        size = space.weight_bytes(genome)
        return Cost(flash=size + 5000, ram=4096, weight_bytes=size, instructions=10 * size)

    limit = int(0.6 * sum(SIZES))
    return Evaluator(space, score, cost, Limits(weight_bytes=limit), budget=250)
