"""`mcuq dynamic`, end to end on the example."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mcuq.cli.main import main
from mcuq.resources import example_dir

FOLDER = example_dir("digits")
MODEL = str(FOLDER / "digits_float32.tflite")


@pytest.mark.arm
@pytest.mark.parametrize("bits", ["8", "4"])
def test_a_dynamic_model_is_built_and_compared(
    bits: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = np.load(FOLDER / "evaluation.npz")
    np.savez(tmp_path / "few.npz", x=data["x"][:20], y=data["y"][:20])
    words = ["dynamic", MODEL, "--evaluation", str(tmp_path / "few.npz"), "--bits", bits]
    output = tmp_path / "out"
    assert main([*words, "-o", str(output), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["dynamic"] >= facts["float_model"] - 0.05
    assert facts["litert_difference"] < 0.2
    assert facts["device_samples"] == 4
    for name in ("model.tflite", "model/model.c", "firmware.elf", "dynamic.json"):
        assert (output / name).is_file()


def test_unknown_widths_leave_nothing_behind(tmp_path: Path) -> None:
    words = ["dynamic", MODEL, "--evaluation", str(FOLDER / "evaluation.npz"), "--bits", "2"]
    assert main([*words, "-o", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()
