"""The search on a synthetic problem: never worse than its seeds, deterministic, resumable."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.search import METHODS, Choice, Evaluator, Gene, Limits, ScoreLog, Space, run, seeds
from mcuq.search.knapsack import knapsack
from mcuq.search.problem import LOW, BudgetSpent
from mcuq.search.settings import FidelitySettings
from mcuq.search.space import replaced


def test_ga_beats_every_one_shot_method(evaluator: Evaluator) -> None:
    found = {}
    for method in METHODS:
        fresh = dataclasses.replace(evaluator, known={}, curve=[])
        run(method, fresh, seed=0)
        found[method] = fresh.best()[0].loss if fresh.best() else float("inf")
    assert found["ga"] < found["knapsack"]
    assert found["ga"] <= min(found.values())


def test_duplicates_are_never_scored_twice(evaluator: Evaluator) -> None:
    run("ga", evaluator, seed=1)
    calls = evaluator.score.calls  # type: ignore[attr-defined]
    assert len(calls) == len(set(calls))
    assert {genome for _, genome in calls} == set(evaluator.known)
    assert len(evaluator.known) <= evaluator.budget


def test_only_promising_candidates_are_confirmed(evaluator: Evaluator) -> None:
    run("ga", evaluator, seed=1)
    confirmed = [c for c in evaluator.known.values() if c.confirmed]
    assert 0 < len(confirmed) < len(evaluator.known)
    assert evaluator.best()[0].confirmed
    assert evaluator.best_loss == min(c.loss for c in confirmed if c.fits)


def test_the_best_of_each_group_of_rivals_are_confirmed(evaluator: Evaluator) -> None:
    base = evaluator.space.reference
    rivals = [[replaced(base, gene, choice) for choice in (1, 2, 3)] for gene in (0, 1)]
    evaluator.sift(rivals, keep=1)
    for group in rivals:
        best = min(group, key=lambda g: evaluator.score([g], LOW)[0])
        assert [g for g in group if evaluator.known[g].confirmed] == [best]


def test_a_choice_that_lost_its_race_is_no_better_than_those_measured(
    evaluator: Evaluator,
) -> None:
    evaluator = dataclasses.replace(evaluator, settings=FidelitySettings(measured=1))
    losses = seeds.sensitivities(evaluator)
    base = evaluator.space.reference
    lost = 0
    for gene, row in enumerate(losses):
        narrow = {c: evaluator.known[replaced(base, gene, c)].confirmed for c in (1, 2, 3)}
        best = min(row[c] for c, confirmed in narrow.items() if confirmed)
        assert all(row[c] >= best for c in narrow)
        lost += sum(not confirmed for confirmed in narrow.values())
    assert lost > 0


def test_without_racing_every_candidate_is_confirmed(evaluator: Evaluator) -> None:
    run("random", dataclasses.replace(evaluator, racing=False), seed=1)
    assert all(c.confirmed for c in evaluator.known.values())


def test_same_seed_same_result_other_seed_other_path(evaluator: Evaluator) -> None:
    def path(seed: int) -> list[object]:
        fresh = dataclasses.replace(evaluator, known={}, curve=[])
        run("ga", fresh, seed=seed)
        return list(fresh.known)

    assert path(3) == path(3)
    assert path(3) != path(4)


def test_front_is_nondominated_and_fits_first(evaluator: Evaluator) -> None:
    front = run("ga", evaluator, seed=0)
    assert all(c.fits for c in front)
    for a, b in itertools.permutations(front, 2):
        assert not (
            a.loss <= b.loss
            and a.cost.flash <= b.cost.flash
            and a.cost.instructions <= b.cost.instructions
        )


def test_nothing_fits_names_the_nearest(evaluator: Evaluator) -> None:
    tight = dataclasses.replace(evaluator, limits=Limits(weight_bytes=10))
    run("ga", tight, seed=0)
    assert not tight.best()
    assert tight.nearest().cost.weight_bytes == tight.space.weight_bytes(tight.space.smallest())


def test_a_tiny_budget_still_reaches_a_fitting_genome(evaluator: Evaluator) -> None:
    small = dataclasses.replace(evaluator, budget=3)
    run("ga", small, seed=0)
    assert small.best()
    with pytest.raises(BudgetSpent):
        small.evaluate([tuple(1 for _ in small.space.genes), tuple(2 for _ in small.space.genes)])


def test_the_end_of_time_ends_every_method(evaluator: Evaluator) -> None:
    for method in METHODS:
        fresh = dataclasses.replace(evaluator, known={}, curve=[], expired=lambda: True)
        run(method, fresh, seed=0)
        assert fresh.best()
        assert len(fresh.known) <= 64


class Killed(Exception):  # noqa: N818 - stands for a signal
    pass


@pytest.mark.parametrize("kill_after", [1, 30, 77, 160])
def test_resume_equals_uninterrupted(evaluator: Evaluator, tmp_path: Path, kill_after: int) -> None:
    whole = dataclasses.replace(evaluator, known={}, curve=[])
    run("ga", whole, seed=5)

    scored = 0

    def dying(genomes, rung):  # type: ignore[no-untyped-def]
        nonlocal scored
        scored += len(genomes)
        if scored > kill_after:
            raise Killed
        return evaluator.score(genomes, rung)

    log = tmp_path / "scores.jsonl"
    first = dataclasses.replace(evaluator, score=ScoreLog(log, "f", dying), known={}, curve=[])
    with pytest.raises(Killed):
        run("ga", first, seed=5)
    with log.open("a") as torn:
        torn.write('{"genome": [1, 2')
    resumed_score = ScoreLog(log, "f", evaluator.score)
    second = dataclasses.replace(evaluator, score=resumed_score, known={}, curve=[])
    run("ga", second, seed=5)
    assert list(second.known.items()) == list(whole.known.items())
    assert resumed_score.replayed <= kill_after


def test_a_log_of_another_problem_is_not_used(evaluator: Evaluator, tmp_path: Path) -> None:
    log = tmp_path / "scores.jsonl"
    genome = evaluator.space.reference
    ScoreLog(log, "one", lambda g, rung: [123.0])([genome], 0)
    assert ScoreLog(log, "two", lambda g, rung: [7.0])([genome], 0) == [7.0]
    assert ScoreLog(log, "two", lambda g, rung: [9.0])([genome], 0) == [7.0]
    assert ScoreLog(log, "two", lambda g, rung: [5.0])([genome], 1) == [5.0]


@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 50), st.floats(0, 10)), min_size=1, max_size=3),
        min_size=1,
        max_size=5,
    ),
    st.floats(0.3, 1.0),
)
def test_knapsack_is_exact(rows: list[list[tuple[int, float]]], share: float) -> None:
    space = Space(
        tuple(
            Gene(f"g{i}", tuple(Choice(str(j), size, size) for j, (size, _) in enumerate(row)))
            for i, row in enumerate(rows)
        )
    )
    losses = [[loss for _, loss in row] for row in rows]
    limit = int(share * sum(max(size for size, _ in row) for row in rows))
    options = [
        sum(losses[g][i] for g, i in enumerate(genome))
        for genome in itertools.product(*(range(len(row)) for row in rows))
        if space.weight_bytes(genome) <= limit
    ]
    found = knapsack(space, losses, limit)
    if not options:
        assert found is None
    else:
        assert found is not None
        assert space.weight_bytes(found) <= limit
        assert sum(losses[g][i] for g, i in enumerate(found)) == pytest.approx(min(options))
