"""The accuracy bench on the digits example."""

from __future__ import annotations

import dataclasses

import pytest

from mcuq.search import Genome
from study.accuracy import (
    Plan,
    Record,
    SharedScores,
    compare_methods,
    float_record,
    peer_record,
)
from study.peer import is_installed
from study.preparation import Study

PLAN = Plan(
    budgets=(0.5, 0.8),
    methods=("knapsack", "ga", "knapsacks", "random"),
    seeds=2,
    evaluations=130,
    refine=False,
)
NAMES = {
    "ga": "ga-search",
    "knapsack": "knapsack",
    "knapsacks": "knapsacks",
    "random": "random",
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def records(study: Study) -> list[Record]:
    return list(compare_methods(study, PLAN, workers=1))


def test_every_run_has_a_record_within_its_budget(study: Study, records: list[Record]) -> None:
    runs = [(r.budget, r.method, r.seed) for r in records]
    assert runs == [(b, NAMES[m], s) for b in PLAN.budgets for m, s in PLAN.runs()]
    space = study.candidates.space.space
    full = space.weight_bytes(space.reference)
    for record in records:
        assert record.weight_bytes <= record.budget * full
        # Two limits come before 80 %.
        assert 0 < record.evaluations <= 3 * PLAN.evaluations
        assert record.seconds > 0
        assert 0.5 < record.test_accuracy <= 1
        assert record.test_kl > 0


def test_nobody_scores_more_than_the_ga(records: list[Record]) -> None:
    taken = {(r.budget, r.seed): r.evaluations for r in records if r.method == "ga-search"}
    for record in records:
        assert record.evaluations <= taken[record.budget, record.seed]
        if record.method == "random":
            assert record.evaluations == taken[record.budget, record.seed]


def test_a_larger_budget_is_not_worse(records: list[Record]) -> None:
    found = {(r.seed, r.budget): r.search_loss for r in records if r.method == "ga-search"}
    for seed in range(PLAN.seeds):
        assert found[seed, 0.8] <= found[seed, 0.5]


def test_more_of_the_front_is_a_larger_volume(records: list[Record]) -> None:
    for record in records:
        assert record.volume is not None and 0 < record.volume < 1
    volumes = {(r.budget, r.seed): r.volume or 0.0 for r in records if r.method == "ga-search"}
    for seed in range(PLAN.seeds):
        assert volumes[0.8, seed] > volumes[0.5, seed]


def test_ga_is_not_worse_than_its_starts(records: list[Record]) -> None:
    for budget in PLAN.budgets:
        losses = {
            method: min(r.search_loss for r in records if (r.method, r.budget) == (method, budget))
            for method in NAMES.values()
        }
        assert losses["ga-search"] <= losses["knapsack"]


def test_records_do_not_depend_on_the_number_of_workers(study: Study) -> None:
    plan = dataclasses.replace(PLAN, budgets=(0.5,), methods=("ga",), seeds=1, evaluations=100)

    def without_time(workers: int) -> list[Record]:
        found = compare_methods(study, plan, workers)
        return [dataclasses.replace(record, seconds=0.0) for record in found]

    assert without_time(1) == without_time(2)


def test_finished_winners_follow_what_was_searched(study: Study) -> None:
    plan = dataclasses.replace(
        PLAN,
        budgets=(0.8,),
        methods=("ga", "knapsack", "random-mixes"),
        seeds=1,
        evaluations=100,
        refine=True,
    )
    found = {record.method: record for record in compare_methods(study, plan, workers=1)}
    names = {
        "ga": "ga-search",
        "knapsack+refine": "knapsack",
        "random-mixes+refine": "random-mixes",
    }
    assert list(found) == [*names.values(), *names]
    space = study.candidates.space.space
    full = space.weight_bytes(space.reference)
    for after, before in names.items():
        searched, finished = found[before], found[after]
        assert finished.weight_bytes <= 0.8 * full
        assert finished.seconds > searched.seconds
        assert finished.search_loss <= 2 * searched.search_loss
        if after != "ga":  # the search goes on among mixes
            assert finished.weight_bytes == searched.weight_bytes
    solved = [found[name].evaluations - found[names[name]].evaluations for name in names]
    assert solved[0] == solved[2] > solved[1] == 0


def test_the_float_model_is_a_record(study: Study) -> None:
    record = float_record(study)
    assert (record.budget, record.test_kl, record.evaluations) == (4.0, 0.0, 0)
    assert record.test_accuracy > 0.95


@pytest.mark.skipif(not is_installed(), reason="litert-quantizer: install the extra 'bench'")
def test_the_peer_is_scored_in_the_same_run(study: Study) -> None:
    record = peer_record(study)
    assert record.method == "litert-quantizer"
    assert record.budget == 0.5
    assert 0.5 < record.test_accuracy <= 1
    assert record.test_kl > 0
    assert record.search_loss > 0


def test_shared_scores_charge_everyone() -> None:
    asked: list[Genome] = []

    def score(genomes, rung):  # type: ignore[no-untyped-def]
        asked.extend(genomes)
        return [float(sum(g)) for g in genomes]

    scores = SharedScores(score)
    assert scores([(1, 2), (3, 4), (1, 2)], 0) == [3.0, 7.0, 3.0]
    first = scores.charged
    scores.reset()
    assert scores([(3, 4), (1, 2)], 0) == [7.0, 3.0]
    assert asked == [(1, 2), (3, 4)]
    assert scores.charged == pytest.approx(first)
    assert scores.spent == 0.0
    scores([(1, 2)], 1)
    assert asked == [(1, 2), (3, 4), (1, 2)]
