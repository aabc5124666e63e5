"""Means over seeds, paired differences, and the table made of them; figures worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.score.scores import Score
from study.accuracy import Record
from study.preparation import Scored
from study.summary import paired, rows
from study.table import markdown

Z = 1.959964
T1 = 12.7062
"""Student's 97.5 % point of one degree of freedom."""


def record(method: str, seed: int, right: str, kl: str = "0000", budget: float = 0.5) -> Record:
    """One that answers the samples of `right` marked x, its KL a digit a sample in thousandths."""
    hits = np.array([float(c == "x") for c in right])
    divergences = np.array([int(c) / 1000 for c in kl])
    scored = Scored(
        Score(float(hits.mean()), hits), Score(float(divergences.mean()), divergences), True
    )
    return Record("m", method, budget, seed, 100 + seed, 0.1, scored, 10, 1.0)


RECORDS = [
    record("float", 0, "xxx-", budget=4.0),
    record("ga-search", 0, "xx--", "4444"),
    record("ga-search", 1, "x-x-", "2222"),
    record("knapsack", 0, "x---", "5131"),
    record("random", 0, "xx--", "1111"),
    record("random", 1, "-xx-", "3333"),
    record("ga", 0, "xxx-", "1313"),
    record("ga", 1, "xx--", "1111"),
    record("knapsack+refine", 0, "xx--", "1111"),
]


def test_rows_are_means_with_the_samples_interval() -> None:
    row = next(r for r in rows(RECORDS) if r.method == "ga")
    assert (row.runs, row.accuracy, row.weight_bytes) == (2, 0.625, 100)
    assert row.spread == pytest.approx(0.25 / math.sqrt(2))
    # Means over the seeds 1, 1, 1/2, 0: variance 11/64 over 4 samples, so as many yes-or-no answers
    # as p (1 - p) / (11/256) = 60/11; their Wilson interval.
    n, p = 60 / 11, 0.625
    middle = (p + Z**2 / 2 / n) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(p * (1 - p) / n + Z**2 / 4 / n**2)
    assert row.interval is not None
    assert row.interval.low == pytest.approx(middle - half, rel=1e-6)
    assert row.interval.high == pytest.approx(middle + half, rel=1e-6)


def test_kl_is_a_mean_with_samples_and_seeds() -> None:
    row = next(r for r in rows(RECORDS) if r.method == "ga")
    # Means over the seeds 1, 2, 1, 2 thousandths; of the seeds 2 and 1.
    assert row.kl.value == pytest.approx(0.0015)
    half = math.sqrt(Z**2 * 0.25 / 4 + T1**2 * 0.5 / 2) / 1000
    assert row.kl.error == pytest.approx(half, rel=1e-5)


def test_every_row_but_its_own_is_paired_with_the_float_model() -> None:
    found = {row.method: row.to_float for row in rows(RECORDS)}
    assert found.pop("float") is None
    assert all(pair is not None and pair.against == "float" for pair in found.values())
    knapsack = found["knapsack"]
    # Differences 0, -1, -1, 0 of one run: variance 1/4.
    assert knapsack is not None
    assert knapsack.accuracy.value == pytest.approx(-0.5)
    assert knapsack.accuracy.error == pytest.approx(Z * math.sqrt(0.25 / 4), rel=1e-6)
    assert all(row.to_float is None for row in rows(RECORDS[1:]))


def test_pairs_meet_seed_by_seed_and_sample_by_sample() -> None:
    pair = next(p for p in paired(RECORDS) if p.against == "random")
    # Seed 0: 0, 0, 1, 0; seed 1: 1, 0, -1, 0. Over the seeds 1/2, 0, 0, 0; of the seeds 1/4 and 0.
    assert pair.pairs == 2
    assert pair.accuracy.value == pytest.approx(0.125)
    half = math.sqrt(Z**2 * (3 / 64) / 4 + T1**2 * (1 / 32) / 2)
    assert pair.accuracy.error == pytest.approx(half, rel=1e-5)
    assert pair.kl.value == pytest.approx(-0.0005)


def test_a_method_of_one_run_meets_every_seed() -> None:
    pair = next(p for p in paired(RECORDS) if p.against == "knapsack+refine")
    assert pair.pairs == 2
    # 0, 0, 1, 0 and four zeros.
    assert pair.accuracy.value == pytest.approx(0.125)


def test_other_budgets_are_not_compared() -> None:
    other = [record("ga", 0, "xxxx", budget=0.8), record("random", 0, "xxxx", budget=0.6)]
    found = [(p.budget, p.against) for p in paired([*RECORDS, *other])]
    assert (0.8, "float") in found
    assert all(budget == 0.5 or against == "float" for budget, against in found)


@given(st.lists(st.text("x-", min_size=6, max_size=6), min_size=1, max_size=4))
def test_equal_runs_differ_by_nothing_for_certain(runs: list[str]) -> None:
    records = [
        record(method, seed, right, "123456")
        for method in ("ga", "random")
        for seed, right in enumerate(runs)
    ]
    (pair,) = paired(records)
    assert (pair.accuracy.value, pair.accuracy.error) == (0.0, 0.0)
    assert (pair.kl.value, pair.kl.error) == (0.0, 0.0)


def test_figures_without_samples_have_no_error() -> None:
    scored = Scored(Score(0.8), Score(0.01), False)
    bare = [Record("m", m, 0.5, 0, 100, 0.1, scored, 10, 1.0) for m in ("ga", "random")]
    assert rows(bare)[0].interval is None
    assert math.isnan(paired(bare)[0].accuracy.error)
    assert bare[0].cell().test_accuracy_interval is None
    assert "| ga - random | 50% | 1 | +0.00 | +0.00 |  |" in markdown(bare)
    assert "± n" not in markdown(bare).replace("± seeds", "")


def test_the_table_names_every_method() -> None:
    text = markdown(RECORDS)
    assert (
        "| knapsack, 50% | 100 | 25.00 (4.56 to 69.94) |  | -50.00 ± 49.00 | 0.0025 ± 0.0016 | "
        "0.1000 |  | 10 | 1.0 |"
    ) in text
    assert "| ga, 50% (2 seeds) | 100 | 62.50 (" in text
    assert markdown(RECORDS[:1]).count("\n") == 2


def test_what_twice_the_error_tells_apart_is_named() -> None:
    one = "x-" * 50
    records = [
        record("ga", 0, "x" * 100, "1" * 100),
        record("random", 0, one, "12" * 50),
        record("greedy", 0, "x" * 99 + "-", "1" * 99 + "2"),
    ]
    told = {line.split(" | ")[0]: line for line in markdown(records).splitlines()}
    assert told["| ga - random"].endswith("| accuracy, KL |")
    assert told["| ga - greedy"].endswith("|  |")


def test_the_ga_meets_everything_its_search_what_is_not_refined() -> None:
    lines = [line.split(" | ")[0] for line in markdown(RECORDS).splitlines()]
    assert [line for line in lines if " - " in line] == [
        "| ga - float",
        "| ga - ga-search",
        "| ga - knapsack",
        "| ga - random",
        "| ga - knapsack+refine",
        "| ga-search - knapsack",
        "| ga-search - random",
    ]
