"""The scripts that compare search methods and time a search."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import compare_methods
import search_speed
from study.speed import SpeedResult

FIELDS = {
    "format",
    "model",
    "method",
    "budget",
    "seed",
    "weight_bytes",
    "search_loss",
    "test_accuracy",
    "test_accuracy_interval",
    "test_kl",
    "evaluations",
    "seconds",
    "hypervolume",
}


@pytest.fixture
def words(digits: Path) -> list[str]:
    return [
        str(digits / "digits_float32.tflite"),
        "--calibration",
        str(digits / "calibration.npz"),
        "--workers",
        "1",
    ]


@pytest.mark.parametrize(
    "wrong",
    [["--methods", "ga,magic"], ["--budgets", "half"], ["--seeds", "0"], ["--bits", "8,3"]],
)
def test_what_makes_no_sense_is_refused(words: list[str], wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        compare_methods.main([*words, *wrong])
    assert end.value.code == 2


def test_a_file_that_is_missing_is_one_line(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare_methods.main(["missing.tflite", *words[1:]]) == 3
    lines = [line.split(":")[0] for line in capsys.readouterr().err.splitlines()]
    assert lines == ["prepare", "error", "hint"]


@pytest.mark.slow
def test_json_is_a_list_of_records(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--budgets", "60", "--methods", "knapsack,uniform", "--evaluations", "90"]
    saved = tmp_path / "tables"
    assert compare_methods.main([*words, *options, "-o", str(saved), "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert [(r["method"], r["budget"]) for r in records] == [
        ("float", 4.0),
        ("knapsack", 0.6),
        ("uniform", 0.6),
        ("knapsack+refine", 0.6),
    ]
    assert all(set(record) == FIELDS for record in records)
    for record in records:
        low, high = record["test_accuracy_interval"]
        assert 0 <= low <= record["test_accuracy"] <= high <= 1
    assert json.loads((saved / "accuracy.json").read_text()) == records
    table = (saved / "accuracy.md").read_text()
    assert table.startswith("digits_float32: filters fitted to ")
    assert "| knapsack, 60% |" in table


@pytest.mark.slow
def test_the_terminal_shows_the_table_that_is_kept(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--budgets", "60", "--methods", "uniform", "--evaluations", "2", "--no-refine"]
    assert compare_methods.main([*words, *options, "-o", str(tmp_path)]) == 0
    assert capsys.readouterr().out == (tmp_path / "accuracy.md").read_text()


@pytest.mark.slow
def test_dask_gives_the_same_records(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("distributed")
    scripts = Path(compare_methods.__file__).parent
    # Of workers that are started later: functions are found there.
    monkeypatch.setenv("PYTHONPATH", str(scripts), prepend=os.pathsep)
    options = ["--budgets", "60", "--methods", "random", "--evaluations", "12", "--no-refine"]
    found = []
    for where in ([], ["--dask", "local"]):
        assert compare_methods.main([*words, *options, *where, "--json"]) == 0
        records = json.loads(capsys.readouterr().out)
        found.append([{**record, "seconds": None} for record in records])
    assert found[0] == found[1]


def test_speed_is_shown_line_by_line(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = SpeedResult("m", 320, 2, 100, 38.0, 161.5, 375.8, 10.0, 71.0)
    monkeypatch.setattr("search_speed.prepare", lambda *_: None)
    monkeypatch.setattr("search_speed.compare_speed", lambda *_: result)
    assert search_speed.main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "m: 320 search samples, 2 workers"
    assert lines[-1] == "processor time, ratio        7.1"
    assert len(lines) == 6
