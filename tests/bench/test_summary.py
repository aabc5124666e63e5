"""Medians, paired differences, and the table made of them."""

from __future__ import annotations

import math

import pytest

from mcuq.bench.accuracy import Record
from mcuq.bench.summary import paired, rows
from mcuq.bench.table import markdown


def record(method: str, seed: int, accuracy: float, kl: float, budget: float = 0.5) -> Record:
    return Record("m", method, budget, seed, 100 + seed, 0.1, accuracy, kl, 10, 1.0)


RECORDS = [
    record("float", 0, 0.9, 0.0, 4.0),
    record("ga", 0, 0.80, 0.02),
    record("ga", 1, 0.86, 0.01),
    record("ga", 2, 0.84, 0.03),
    record("knapsack", 0, 0.80, 0.04),
    record("random", 0, 0.70, 0.05),
    record("random", 1, 0.80, 0.05),
    record("random", 2, 0.80, 0.05),
]


def test_rows_are_medians() -> None:
    row = next(r for r in rows(RECORDS) if r.method == "ga")
    assert (row.runs, row.accuracy, row.kl, row.weight_bytes) == (3, 0.84, 0.02, 101)
    assert row.spread == pytest.approx(0.030550, abs=1e-6)


def test_pairs_meet_seed_by_seed() -> None:
    by_method = {p.against: p for p in paired(RECORDS)}
    assert set(by_method) == {"knapsack", "random"}
    differences = (0.10, 0.06, 0.04)
    mean = sum(differences) / 3
    error = math.sqrt(sum((d - mean) ** 2 for d in differences) / 2 / 3)
    assert by_method["random"].accuracy == pytest.approx(mean)
    assert by_method["random"].accuracy_error == pytest.approx(error)


def test_a_method_of_one_run_meets_every_seed() -> None:
    pair = next(p for p in paired(RECORDS) if p.against == "knapsack")
    assert pair.pairs == 3
    assert pair.kl == pytest.approx(-0.02)


def test_the_table_names_every_method() -> None:
    text = markdown(RECORDS)
    assert "| ga, 50% (median of 3) | 101 | 84.00 | 3.06 | 0.0200 |" in text
    assert "| ga - random | 50% | 3 | +6.67 ± 1.76 | -30.00 ± 5.77 |" in text
    assert markdown(RECORDS[:1]).count("\n") == 2
