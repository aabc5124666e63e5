"""mcuq build and mcuq quantize on the digits example: from the model to verified firmware."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcuq.cli.main import main
from mcuq.examples import copy_example
from mcuq.report.store import read_report

pytestmark = [pytest.mark.slow, pytest.mark.arm]

QUICK = ["--evaluations", "12", "--workers", "1"]
FILES = {
    "config.json",
    "firmware.bin",
    "firmware.elf",
    "manifest.json",
    "model",
    "model.tflite",
    "pareto.json",
    "accuracy.json",
    "report.html",
    "sbom.spdx.json",
}


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mcuq.cli.main", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("digits")
    copy_example("digits", folder)
    return folder


@pytest.fixture(scope="module")
def built(project: Path) -> dict[str, Any]:
    """The JSON that `mcuq build --json` writes; its result is in `out`."""
    done = run(project, "build", "--board", "stm32f746", "--json", *QUICK)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_manifest_holds_what_was_promised(project: Path, built: dict[str, Any]) -> None:
    assert json.loads((project / "out" / "manifest.json").read_text()) == built
    result, verified = built["result"], built["verification"]
    assert {path.name for path in (project / "out").iterdir()} >= FILES
    assert verified["samples"] == 400
    assert verified["device_samples"] == 32
    assert verified["equal_tflm"] is verified["equal_device"] is True
    assert result["flash_bytes"] == result["flash_model_bytes"] + result["flash_code_bytes"]
    assert result["weight_bytes"] <= built["budget"]["weight_bytes"]
    assert result["weight_bytes"] <= 0.6 * result["int8_weight_bytes"]
    assert result["float"] == 0.985
    assert result["quantized"] >= 0.97
    assert result["instructions"] > 0
    assert set(built["inputs"]) == {"model", "calibration", "search_data", "evaluation"}
    counted = sum(layer["counts"] for layer in built["layers"])
    assert counted == pytest.approx(result["instructions"], rel=0.01)


def test_the_front_is_judged_by_the_metric(project: Path, built: dict[str, Any]) -> None:
    result, compared = built["result"], built["compared"]
    of_role = {one["role"]: one for one in compared}
    assert of_role["chosen"]["accuracy"] == result["quantized"]
    assert of_role["chosen"]["weight_bytes"] == result["weight_bytes"]
    assert of_role["int8"]["accuracy"] == result["int8"]
    assert of_role["int8"]["weight_bytes"] == result["int8_weight_bytes"]
    assert of_role["int4"]["weight_bytes"] == result["int8_weight_bytes"] // 2
    points = read_report(project / "out").front.points
    assert [p.accuracy for p in points if p.accuracy is not None] == [
        one["accuracy"] for one in compared
    ]


def test_figures_are_those_of_the_files(project: Path, built: dict[str, Any]) -> None:
    out = project / "out"
    result = built["result"]
    assert (out / "firmware.bin").stat().st_size <= result["flash_bytes"]
    assert result["predicted_flash_bytes"] == pytest.approx(result["flash_bytes"], abs=256)
    assert result["predicted_ram_bytes"] == pytest.approx(result["ram_bytes"], abs=256)
    config = read_report(out).config
    weights = [tensor for tensor in config.tensors if tensor.role == "weight"]
    assert sum(tensor.bytes_ for tensor in weights) == result["weight_bytes"]
    assert {tensor.bits for tensor in weights} <= {4, 8}


def test_the_same_seed_gives_the_same_bytes_elsewhere(
    project: Path, built: dict[str, Any], tmp_path: Path
) -> None:
    assert built
    shutil.copytree(project, tmp_path / "other", ignore=shutil.ignore_patterns("out"))
    done = run(tmp_path / "other", "build", "--board", "stm32f746", *QUICK)
    assert done.returncode == 0, done.stderr
    assert "every output byte equal" in done.stdout
    for name in sorted(FILES - {"model"}):
        first, second = (folder / "out" / name for folder in (project, tmp_path / "other"))
        assert first.read_bytes() == second.read_bytes(), name


@pytest.mark.parametrize("bits", [8, 4])
def test_quantize_gives_every_filter_the_same_width(
    project: Path, tmp_path: Path, bits: int
) -> None:
    done = run(
        project,
        "quantize",
        "--bits",
        str(bits),
        "-o",
        str(tmp_path / "o"),
        "--json",
        "--weight-bytes",
        "100%",
    )
    assert done.returncode == 0, done.stderr
    manifest = json.loads(done.stdout)
    assert {layer["bits"] for layer in manifest["layers"]} == {bits, None}
    assert manifest["verification"]["equal_tflm"] is True
    assert manifest["result"]["quantized"] >= 0.95


def test_nothing_fits_is_exit_code_4_and_leaves_nothing(project: Path, tmp_path: Path) -> None:
    done = run(project, "build", "--weight-bytes", "10%", "-o", str(tmp_path / "o"), *QUICK)
    assert done.returncode == 4
    assert done.stdout == ""
    assert "nearest" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_broken_gate_is_exit_code_6_and_the_result_stays(project: Path, tmp_path: Path) -> None:
    done = run(project, "quantize", "-o", str(tmp_path / "o"), "--weight-bytes", "100%")
    assert done.returncode == 0, done.stderr
    assert run(project, "check", str(tmp_path / "o"), "--max-flash", "1M").returncode == 0
    failed = run(project, "check", str(tmp_path / "o"), "--max-flash", "10K")
    assert failed.returncode == 6
    assert "above the gate of 10,240" in failed.stderr


@pytest.mark.parametrize(
    ("words", "code", "cause"),
    [
        (["--board", "stm32f747"], 2, "stm32f747"),
        (["--flash", "2M"], 2, "more than"),
        (["--weight-bytes", "much"], 2, "'much' is not a size"),
        (["--metric", "top5"], 2, "unknown metric"),
        (["--evaluation", "mcuq.toml"], 3, "mcuq.toml"),
        (["--calibration", "none.npz"], 3, "none.npz: no such file"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing(
    project: Path,
    tmp_path: Path,
    words: list[str],
    code: int,
    cause: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project)
    assert main(["build", "-o", str(tmp_path / "o"), *words]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    (error,) = (line for line in captured.err.splitlines() if line.startswith("error: "))
    assert cause in error
    assert list(tmp_path.iterdir()) == []


def test_a_result_runs_again_on_other_samples(project: Path, built: dict[str, Any]) -> None:
    done = run(project, "run", "evaluation.npz", "--samples", "8", "--json", "-o", "answers.npz")
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["samples"] == facts["equal_tflm"] == len(facts["counts"]) == 8
    assert facts["unit"] == "instructions"
    answers = np.load(project / "answers.npz")["y0"]
    labels = np.load(project / "evaluation.npz")["y"][:8]
    assert facts["top1"] == np.mean(answers.argmax(axis=1) == labels)
    assert run(project, "run", "mcuq.toml").returncode == 3


def test_profile_and_explain_agree_with_the_manifest(project: Path, built: dict[str, Any]) -> None:
    done = run(project, "profile", "--json")
    assert done.returncode == 0, done.stderr
    profiled = json.loads(done.stdout)
    assert len(profiled["layers"]) == len(built["layers"])
    assert profiled["total"] == pytest.approx(built["result"]["instructions"], rel=0.02)
    explained = json.loads(run(project, "explain", "0", "--json").stdout)
    assert explained["layer"] == built["layers"][0]
    chosen = read_report(project / "out").front.chosen()
    assert chosen is not None
    choice = chosen.choices[built["layers"][0]["filter"]]
    # So few evaluations score only some choices alone; the chosen one is marked if it is there.
    scored = [item["choice"] for item in explained["alternatives"]]
    marked = [item["choice"] for item in explained["alternatives"] if item["built"]]
    assert marked == [choice] * (choice in scored)
    widest = [item for item in explained["alternatives"] if item["choice"] == "int8:minmax"]
    assert widest[0]["rise"] == 0.0
    assert run(project, "explain", "99").returncode == 2


SHARED = ("weights", "model.tflite", "TFLM arena")
"""Figures that a flatbuffer and a result both have, but for the metric."""


def test_a_result_is_compared_with_a_flatbuffer_of_another_tool(
    project: Path, built: dict[str, Any]
) -> None:
    words = ["compare", "out", "digits_float32.tflite", "--json"]
    assert run(project, *words).returncode == 2
    assert run(project, *words, "--evaluation", "search.npz").returncode == 2
    done = run(project, *words, "--evaluation", "evaluation.npz")
    assert done.returncode == 0, done.stderr
    figures = {row["name"]: row for row in json.loads(done.stdout)["figures"]}
    assert figures["top1"]["values"] == [built["result"]["quantized"], 0.985]
    assert figures["weights"]["values"][1] == 4 * built["result"]["int8_weight_bytes"]
    assert figures["model.tflite"]["verdicts"] == ["worse"]
    assert figures["flash"]["verdicts"] == ["incomparable"]
    # Our own flatbuffer, judged as a stranger's, must give what the manifest says.
    own = run(
        project, "compare", "out", "out/model.tflite", "--evaluation", "evaluation.npz", "--json"
    )
    rows = json.loads(own.stdout)["figures"]
    assert {row["name"]: row["verdicts"] for row in rows if row["name"] in SHARED} == {
        "weights": ["equal"],
        "model.tflite": ["equal"],
        "TFLM arena": ["equal"],
    }


def test_search_shows_the_front_and_builds_nothing(project: Path, tmp_path: Path) -> None:
    done = run(project, "search", "-o", str(tmp_path / "front.json"), "--json", *QUICK)
    assert done.returncode == 0, done.stderr
    front = json.loads(done.stdout)
    assert json.loads((tmp_path / "front.json").read_text()) == front
    roles = [point["role"] for point in front["points"]]
    assert roles.count("int8") == roles.count("chosen") == 1
    chosen = front["points"][roles.index("chosen")]
    assert chosen["fits"]
    assert set(chosen["choices"]) >= set(front["singles"])
    assert [path.name for path in tmp_path.iterdir()] == ["front.json"]


def test_a_farm_counts_the_fronts_candidates(project: Path, tmp_path: Path) -> None:
    farm = tmp_path / "hil.toml"
    farm.write_text('[[place]]\nboard = "stm32f746"\nemulated = 2\n')
    output = tmp_path / "measured"
    done = run(
        project,
        *("build", "--hil", str(farm), "--hil-samples", "40"),
        *("-o", str(output), *QUICK, "--weight-bytes", "90%"),
    )
    assert done.returncode == 0, done.stderr
    report = read_report(output)
    counted = [point for point in report.front.points if point.measured is not None]
    assert len(counted) == report.manifest.search.measured > 0
    for point in counted:
        assert point.fits
        assert point.unit == "instructions"
        assert point.scored is not None
        assert point.scored > 0.8
        assert abs(point.instructions / point.measured - 1) < 0.02  # type: ignore[operator]
    assert report.manifest.search.latency_error_worst is not None
    assert report.manifest.search.latency_error_worst < 0.02


def test_a_farm_without_the_board_is_named(project: Path, tmp_path: Path) -> None:
    farm = tmp_path / "hil.toml"
    farm.write_text('[[place]]\nboard = "nucleo-f446re"\nemulated = 1\n')
    done = run(project, "build", "--hil", str(farm), "-o", str(tmp_path / "out"), *QUICK)
    assert done.returncode == 2, done.stderr
    assert "stm32f746" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("scheme", [("--io", "float32"), ("--activation-bits", "16")])
def test_results_of_other_types_run_again_and_are_profiled(
    project: Path, tmp_path: Path, scheme: tuple[str, str]
) -> None:
    out = str(tmp_path / "o")
    done = run(project, "quantize", *scheme, "-o", out, "--weight-bytes", "100%")
    assert done.returncode == 0, done.stderr
    done = run(project, "run", "evaluation.npz", out, "--samples", "20", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["equal_tflm"] == answer["samples"] == 20
    assert answer["top1"] >= 0.95
    done = run(project, "profile", out, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["total"] > 0
