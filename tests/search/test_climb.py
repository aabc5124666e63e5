"""A larger limit of weight bytes never gives a worse result, whatever the scores are."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcuq.search import METHODS, Choice, Cost, Evaluator, Gene, Genome, Limits, Space
from mcuq.search.climb import climb, tighter
from mcuq.search.pick import pick
from mcuq.search.problem import FULL, HOLDOUT, MEDIUM, Candidate
from mcuq.search.seeds import count_alone

WIDTHS = ((8,), (8, 4), (8, 4, 4), (8, 8, 4, 4, 2), (8, 4, 2, 2))


class Erratic:
    """Losses that nothing explains: no choice says anything of another, no rung of the next."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, genomes: Sequence[Genome], rung: int) -> list[float]:
        return [random.Random(f"{self._seed} {rung} {genome}").random() for genome in genomes]


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    genes = draw(st.lists(st.tuples(st.integers(1, 40), st.sampled_from(WIDTHS)), min_size=1))
    return Space(
        tuple(
            Gene(f"w{at}", tuple(Choice(f"{i}", 8 * size * w // 8, w) for i, w in enumerate(row)))
            for at, (size, row) in enumerate(genes[:5])
        )
    )


def problem(space: Space, seed: int, limit: int, budget: int) -> Evaluator:
    def cost(genome: Genome) -> Cost:
        size = space.weight_bytes(genome)
        return Cost(size, ram=0, weight_bytes=size, instructions=0)

    return Evaluator(space, Erratic(seed), cost, Limits(weight_bytes=limit), budget)


def losses(evaluator: Evaluator, winner: Candidate | None) -> tuple[float, ...]:
    """What the search goes by: its best confirmed loss, then both of the winner's last two."""
    assert winner is not None and winner.fits
    last = (evaluator.score([winner.genome], rung)[0] for rung in (FULL, HOLDOUT))
    return (evaluator.best_loss, *last)


@settings(max_examples=8, deadline=None)
@given(spaces(), st.integers(0, 99), st.integers(3, 90), st.floats(0, 1), st.floats(0, 1))
def test_a_search_that_passed_a_tighter_limit_is_no_worse_than_one_that_ends_there(
    space: Space, seed: int, budget: int, one: float, other: float
) -> None:
    least, full = (space.weight_bytes(g) for g in (space.smallest(), space.reference))
    low, high = sorted(int(least + share * (full - least)) for share in (one, other))
    tight = problem(space, seed, low, budget)
    before = losses(tight, climb("ga", tight, seed))
    wide = problem(space, seed, high, budget)
    after = losses(wide, climb("ga", wide, seed, before=[Limits(weight_bytes=low)]))
    assert all(b <= a for a, b in zip(before, after, strict=True))


@settings(max_examples=8, deadline=None)
@given(spaces(), st.integers(0, 99), st.integers(3, 90))
def test_of_the_limits_on_the_way_each_is_no_worse_than_the_last(
    space: Space, seed: int, budget: int
) -> None:
    found = []
    full = space.weight_bytes(space.reference)
    steps = tighter("ga", problem(space, seed, full, budget))
    for limit in (*(step.weight_bytes or 0 for step in steps), full):
        evaluator = problem(space, seed, limit, budget)
        winner = climb("ga", evaluator, seed, before=tighter("ga", evaluator))
        found.append(losses(evaluator, winner))
    for before, after in itertools.pairwise(found):
        assert all(b <= a for a, b in zip(before, after, strict=True))


@settings(max_examples=8, deadline=None)
@given(spaces(), st.integers(0, 99), st.integers(3, 90))
def test_a_limit_has_the_evaluations_that_were_allowed_and_choices_alone_count_once(
    space: Space, seed: int, budget: int
) -> None:
    evaluator = problem(space, seed, space.weight_bytes(space.reference), budget)
    before = tighter("ga", evaluator)
    climb("ga", evaluator, seed, before=before)
    more = max(0, budget - count_alone(space))
    assert len(evaluator.known) <= budget + len(before) * more
    assert evaluator.later == 0


def test_only_limits_within_reach_come_before(space: Space) -> None:
    full = space.weight_bytes(space.reference)

    def shares(limit: int, method: str = "ga") -> list[float]:
        found = tighter(method, problem(space, 0, limit, 100))
        return [(one.weight_bytes or 0) / full for one in found]

    assert shares(full) == [0.5, 0.75]
    assert shares(int(0.75 * full)) == [0.5]
    assert shares(int(0.5 * full)) == []
    for method in METHODS:
        assert bool(shares(full, method)) == (method == "ga")


def test_other_limits_hold_on_the_way(space: Space) -> None:
    full = space.weight_bytes(space.reference)
    evaluator = replace(problem(space, 0, full, 100), limits=Limits(flash=full, cycles=7))
    assert [step.cycles for step in tighter("ga", evaluator)] == [7, 7]


def test_what_was_only_raced_is_confirmed_once_it_fits(space: Space) -> None:
    evaluator = problem(space, 0, space.weight_bytes(space.smallest()), 100)
    evaluator.evaluate([space.smallest(), space.reference], thorough=True)
    assert evaluator.best_loss == evaluator.known[space.smallest()].loss
    genomes = [space.random(random.Random(seed)) for seed in range(40)]
    evaluator.evaluate(genomes)
    evaluator.loosen(Limits())
    near = 1.15 * min(c.loss for c in evaluator.known.values() if c.confirmed)
    assert all(c.confirmed for c in evaluator.known.values() if c.loss <= near)
    confirmed = [c for c in evaluator.known.values() if c.confirmed]
    assert len(confirmed) > 2
    assert [c.loss for c in confirmed] == evaluator.score([c.genome for c in confirmed], MEDIUM)
    assert evaluator.best_loss == min(c.loss for c in confirmed)


def test_a_start_that_was_only_raced_is_confirmed(space: Space) -> None:
    evaluator = problem(space, 0, 0, 100)
    genome = tuple(1 for _ in space.genes)
    evaluator.evaluate([genome])
    assert not evaluator.known[genome].confirmed
    (candidate,) = evaluator.evaluate([genome], thorough=True)
    assert candidate.confirmed
    assert candidate.loss == evaluator.score([genome], MEDIUM)[0]


@pytest.mark.parametrize("held", [None, 0])
def test_what_was_picked_before_stays_unless_another_is_no_worse_on_both(
    space: Space, held: int | None
) -> None:
    genomes = [tuple(choice for _ in space.genes) for choice in range(4)]
    scores = {  # on all but those kept back, on those kept back
        genomes[0]: (0.5, 0.5),
        genomes[1]: (0.6, 0.1),
        genomes[2]: (0.4, 0.6),
        genomes[3]: (0.45, 0.4),
    }

    def score(asked: Sequence[Genome], rung: int) -> list[float]:
        return [scores[g][1 if rung == HOLDOUT else 0] for g in asked]

    evaluator = replace(problem(space, 0, 10**6, 100), score=score)
    evaluator.evaluate(genomes, thorough=True)
    winner = pick(evaluator, None if held is None else evaluator.known[genomes[held]])
    assert winner is not None
    assert winner.genome == genomes[1 if held is None else 3]
