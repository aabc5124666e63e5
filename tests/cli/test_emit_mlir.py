"""`mcuq emit --format mlir`: of a model file and of a build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcuq.calibrate import calibrate
from mcuq.cli.main import main
from mcuq.data import load_data
from mcuq.emit.mlir import write_mlir
from mcuq.emit.tflite import tflite_bytes
from mcuq.importers import load_model
from mcuq.prequantized.load import load_quantized
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.resources import example_dir

DIGITS = example_dir("digits")
MODEL = DIGITS / "digits_float32.tflite"


def test_a_model_file_gives_its_float_graph(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "digits.mlir"
    words = ["emit", str(MODEL), "--format", "mlir", "-o", str(target), "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["bytes"] == target.stat().st_size
    assert target.read_text() == write_mlir(load_model(MODEL))


def test_a_build_gives_its_quantized_graph(tmp_path: Path) -> None:
    graph = load_model(MODEL)
    ranges = calibrate(graph, load_data(DIGITS / "calibration.npz", graph).inputs)
    weights = {name: WeightChoice(4 if i % 2 else 8) for i, name in enumerate(graph.weights)}
    content = tflite_bytes(quantize(graph, ranges, Config(weights)))
    built, target = tmp_path / "out", tmp_path / "digits.mlir"
    built.mkdir()
    (built / "model.tflite").write_bytes(content)
    assert main(["emit", str(built), "-f", "mlir", "-o", str(target)]) == 0
    text = target.read_text()
    assert text == write_mlir(load_quantized(built / "model.tflite"))
    assert "!quant.uniform<i4<-7:7>" in text and "!quant.uniform<i8<-127:127>" in text


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--format", "onnx"], 2),
        (["--format", "mlir", "-o", "/dev/null/model.mlir"], 3),
    ],
)
def test_what_cannot_be_written_is_refused(words: list[str], code: int) -> None:
    assert main(["emit", str(MODEL), *words]) == code


def test_a_directory_without_a_build_is_refused(tmp_path: Path) -> None:
    assert main(["emit", str(tmp_path), "--format", "mlir"]) == 3


@pytest.mark.parametrize(
    "words",
    [
        ("inspect",),
        ("build", "--calibration", str(DIGITS / "calibration.npz")),
        ("quantize", "--calibration", str(DIGITS / "calibration.npz")),
        ("emit", "--format", "mlir"),
    ],
    ids=lambda words: words[0],
)
def test_what_was_written_is_no_model(
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("digits.mlir").write_text(write_mlir(load_model(MODEL)))
    assert main([words[0], "digits.mlir", *words[1:]]) == 3
    *_, error, hint = capsys.readouterr().err.splitlines()
    assert error == "error: cannot tell what kind of model digits.mlir is"
    assert "give the model file that it was written from" in hint
    assert [path.name for path in Path().iterdir()] == ["digits.mlir"]
