"""Hints that depend on figures: what exceeds the budget, and how to ask for what was meant."""

from __future__ import annotations

import pytest

from mcuq.choices import choice_hint
from mcuq.errors import UsageError
from mcuq.pipeline.advice import budget_hint, margin_hint
from mcuq.search import Cost, Limits
from mcuq.units import parse_bytes

COST = Cost(flash=60_000, ram=9_000, weight_bytes=40_000, instructions=0)


@pytest.mark.parametrize(
    ("limits", "hint"),
    [
        (Limits(1 << 20, 1 << 18, 60), "--weight-bytes 60 is in bytes: did you mean 60%?"),
        (Limits(64, 1 << 18, None), "--flash 64 is in bytes: did you mean 64K?"),
        (Limits(1 << 20, 8, None), "--ram 8 is in bytes: did you mean 8K?"),
        (Limits(50_000, 1 << 18, None), "else"),
        (Limits(1 << 20, 1 << 18, 30_000), "else"),
    ],
)
def test_units_that_were_forgotten(limits: Limits, hint: str) -> None:
    assert budget_hint(COST, limits, "else") == hint


def test_a_larger_image_says_what_to_search_with() -> None:
    assert margin_hint(COST, Limits(59_000, 8_500, None)).endswith("--flash 58000 --ram 8000")
    assert "predicted" not in margin_hint(COST, Limits(20_000, 1 << 18, None))


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [
        ("knapsac", ("ga", "knapsack"), "did you mean knapsack?"),
        ("KNAPSACK", ("ga", "knapsack"), "did you mean knapsack?"),
        ("gru:0", ("GRU:0", "x"), "did you mean GRU:0?"),
        ("x", ("speed", "size"), "choose speed or size"),
        ("x", ("a", "b", "c"), "choose one of a, b, c"),
    ],
)
def test_names_that_are_not_known(name: str, known: tuple[str, ...], hint: str) -> None:
    assert choice_hint(name, known) == hint


def test_a_percentage_of_flash() -> None:
    with pytest.raises(UsageError) as caught:
        parse_bytes("60%")
    assert caught.value.hint.startswith("a percentage is for --weight-bytes alone")
