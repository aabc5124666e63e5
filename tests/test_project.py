"""mcuq.toml: what it may say, and how mistakes in it are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.errors import InputError
from mcuq.project import load_project
from mcuq.units import Share

MINIMAL = 'model = "m.tflite"\ncalibration = "c.npz"\n'


def written(folder: Path, text: str) -> Path:
    (folder / "mcuq.toml").write_text(text)
    return folder


def test_minimal_project_resolves_paths_beside_the_file(tmp_path: Path) -> None:
    project = load_project(written(tmp_path, MINIMAL))
    assert project == {"model": tmp_path / "m.tflite", "calibration": tmp_path / "c.npz"}
    assert project == load_project(tmp_path / "mcuq.toml")


def test_budget_and_gates(tmp_path: Path) -> None:
    text = MINIMAL + '[budget]\nflash = "64K"\nram = 0x2000\nweight_bytes = "60%"\n'
    text += "[gates]\nmin_accuracy = 0.9\n"
    project = load_project(written(tmp_path, text))
    budget = {name: project[name] for name in ("flash", "ram", "weight_bytes")}
    assert budget == {"flash": 65536, "ram": 8192, "weight_bytes": Share(0.6)}
    assert project["min_accuracy"] == 0.9


@pytest.mark.parametrize(
    ("text", "cause", "hint"),
    [
        (MINIMAL + "modle = 1\n", "unknown key 'modle'", "known keys: model, calibration"),
        (MINIMAL + "[budget]\nrom = 1\n", "unknown key 'budget.rom'", "known keys: flash, ram"),
        ('model = "m"\n', "missing key 'calibration'", ""),
        (MINIMAL + '[budget]\nflash = "64Q"\n', "'budget.flash': '64Q' is not a size", ""),
        (MINIMAL + "[budget]\nflash = true\n", "'budget.flash': write a number of bytes", ""),
        (MINIMAL + "budget = 3\n", "'budget': Input should be", "see the mcuq.toml reference"),
        (MINIMAL + "seed = -1\n", "'seed': Input should be greater than or equal to 0", ""),
        (MINIMAL + "evaluations = 0\n", "'evaluations': Input should be greater than 0", ""),
        (MINIMAL + 'method = "gaa"\n', "'method': Input should be 'ga', 'knapsack'", ""),
        (MINIMAL + "stop_after = nan\n", "'stop_after': Input should be a finite number", ""),
        (MINIMAL + "[scheme]\nfoo = 1\n", "unknown key 'scheme.foo'", "known keys: activations"),
        (MINIMAL + "boards = []\n", "'boards'", ""),
        (MINIMAL + "[gates]\nmin_accuracy = nan\n", "'gates.min_accuracy'", ""),
        (MINIMAL + "[gates]\nmin_accuracy = inf\n", "'gates.min_accuracy'", ""),
        ("model =", "not valid TOML", ""),
    ],
)
def test_mistakes_name_the_key(tmp_path: Path, text: str, cause: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        load_project(written(tmp_path, text))
    assert cause in caught.value.cause
    assert hint in caught.value.hint
    assert "\n" not in caught.value.cause


def test_no_project_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_project(tmp_path)
    assert "mcuq init" in caught.value.hint
