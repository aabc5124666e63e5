"""`mcuq calibrate` and what reads its file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mcuq.calibrate import Statistics
from mcuq.cli.histogram import clipped_share, heights
from mcuq.cli.main import main
from mcuq.resources import example_dir

FOLDER = example_dir("digits")
MODEL = str(FOLDER / "digits_float32.tflite")
DATA = str(next(FOLDER.glob("*calibration*.npz")))


def test_statistics_are_written_merged_and_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once, twice = str(tmp_path / "once.json"), str(tmp_path / "twice.json")
    assert main(["calibrate", MODEL, DATA, "-o", once, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert main(["calibrate", MODEL, DATA, "-o", twice, "--merge", once, "--json"]) == 0
    second = json.loads(capsys.readouterr().out)
    assert second["samples"] == 2 * first["samples"]
    for tensor, ranges in first["ranges"].items():
        np.testing.assert_allclose(second["ranges"][tensor]["minmax"], ranges["minmax"])
    assert main(["inspect", MODEL, "--ranges", once, "--observer", "percentile_99.9"]) == 0
    drawn = capsys.readouterr().out
    assert "█" in drawn and "percentile_99.9" in drawn
    assert main(["inspect", MODEL, "--ranges", once, "--observer", "mse", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["activations"]
    assert {row["name"] for row in rows} == set(first["ranges"])
    assert all(min(row["low"], 0) <= row["range"][0] and 0 <= row["clipped"] < 0.2 for row in rows)


def test_a_sample_that_rules_min_max_is_told_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x = np.load(DATA)["x"].astype(np.float32)
    x[5] *= 1000
    np.savez(tmp_path / "odd.npz", x=x)
    words = [
        "calibrate",
        MODEL,
        str(tmp_path / "odd.npz"),
        "-o",
        str(tmp_path / "r.json"),
        "--json",
    ]
    for more, samples, high in (([], len(x) - 1, 16), (["--keep-outliers"], len(x), 16000)):
        assert main([*words, *more]) == 0
        captured = capsys.readouterr()
        assert "sample 5 reaches" in captured.err
        found = json.loads(captured.out)
        assert found["samples"] == samples
        assert found["ranges"]["image"]["minmax"][1] == high


def test_a_wrong_observer_and_a_wrong_file_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "r.json"
    assert main(["calibrate", MODEL, DATA, "-o", str(file)]) == 0
    assert main(["inspect", MODEL, "--ranges", str(file), "--observer", "median"]) == 2
    file.write_text("{}")
    assert main(["inspect", MODEL, "--ranges", str(file)]) == 3
    assert main(["calibrate", MODEL, DATA, "-o", str(file / "r.json")]) == 3


def test_bars_and_shares_follow_the_counts() -> None:
    seen = Statistics.of(np.array([[0.0, 0.0, 0.0, 1.0, 2.0, 4.0]], np.float32))
    bars = heights(seen.histogram, 0.0, 4.0, 4)
    assert bars[0] == 8 and 1 <= bars[1] < 8 and bars[3] >= 1
    assert clipped_share(seen, seen.low, seen.high) == 0.0
    np.testing.assert_allclose(clipped_share(seen, 0.0, 3.0), 1 / 6, atol=1e-3)
