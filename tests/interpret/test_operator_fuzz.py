"""A slice of the operator fuzz, the recorded whole of it, and what it is to find."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from number_formats import Form, forms, models
from operator_cases import extreme_cases, seeded_cases
from operator_fuzz import differences, table
from recurrent_models import recurrent_forms

from mcuq.ops.binary import ADD
from mcuq.tflite import wheel as wheels
from mcuq.tflite.wheel import PRECISE_SINCE, difference_hint, is_precise, oracle_version

ROOT = Path(__file__).resolve().parents[2]
RECORD = json.loads((ROOT / "docs" / "operator_fuzz.json").read_text())


def test_the_wheel_computes_factors_in_double() -> None:
    wheel = oracle_version()
    assert is_precise(wheel), (
        f"tflite_micro {wheel} rounds factors to float32: some bytes differ by one from "
        f"{PRECISE_SINCE} on, which mcuq equals"
    )


def test_versions_are_told_apart() -> None:
    assert not is_precise("0.dev20261012203412")
    assert is_precise(PRECISE_SINCE) and is_precise("0.dev20270101000000") and is_precise("1.0")


def test_an_older_wheel_is_named_where_outputs_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "defect of mcuq" in difference_hint()
    monkeypatch.setattr(wheels, "oracle_version", lambda: "0.dev20250107191040")
    assert PRECISE_SINCE in difference_hint()
    requirements = (ROOT / "pyproject.toml").read_text()
    assert f'"tflite-micro>={PRECISE_SINCE};' in requirements


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.name)
@given(data=st.data())
@settings(max_examples=10)
def test_operators_equal_tflite_micro(form: Form, data: st.DataObject) -> None:
    compared, differing = differences(data.draw(models(form, extreme_cases)))
    assert compared > 0
    assert differing == 0


def test_a_seed_gives_the_same_cases() -> None:
    strategy = extreme_cases(ADD)
    first, again, other = (seeded_cases(strategy, number, 10) for number in (7, 7, 8))
    assert first == again != other


def test_the_record_holds_a_million_outputs_of_every_form() -> None:
    rows = {row["name"]: row for row in RECORD["rows"]}
    for form in (*forms(), *recurrent_forms()):
        assert rows[form.name]["outputs"] >= 1_000_000
        assert rows[form.name]["differing"] == rows[form.name]["crashed"] == 0
    assert is_precise(RECORD["tflite_micro"])


def test_the_page_shows_the_record() -> None:
    page = (ROOT / "docs" / "arithmetic.md").read_text()
    assert table(RECORD) in page
    total = sum(row["outputs"] for row in RECORD["rows"])
    assert f"{total:,} outputs" in page and RECORD["tflite_micro"] in page
