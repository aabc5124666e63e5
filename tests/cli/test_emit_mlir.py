"""`mcuq emit --format mlir`: of a model file and of a build."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mcuq.calibrate import calibrate
from mcuq.cli.main import main
from mcuq.data import load_data
from mcuq.emit.tflite import tflite_bytes
from mcuq.frontends import load_model
from mcuq.frontends.mlir import read_file
from mcuq.graph import Graph
from mcuq.quantize import Config, QuantizedGraph, WeightChoice, quantize
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
    graph = read_file(target)
    assert isinstance(graph, Graph)
    assert graph.ops == load_model(MODEL).ops


def test_a_build_gives_its_quantized_graph(tmp_path: Path) -> None:
    graph = load_model(MODEL)
    ranges = calibrate(graph, load_data(DIGITS / "calibration.npz", graph).inputs)
    weights = {name: WeightChoice(4 if i % 2 else 8) for i, name in enumerate(graph.weights)}
    content = tflite_bytes(quantize(graph, ranges, Config(weights)))
    built, target = tmp_path / "out", tmp_path / "digits.mlir"
    built.mkdir()
    (built / "model.tflite").write_bytes(content)
    assert main(["emit", str(built), "-f", "mlir", "-o", str(target)]) == 0
    qgraph = read_file(target)
    assert isinstance(qgraph, QuantizedGraph)
    assert [qgraph.tensors[op.inputs[1]].bits for op in qgraph.ops if len(op.inputs) == 3] == [
        weights[name].bits for name in graph.weights
    ]
    assert tflite_bytes(replace(qgraph, name=graph.name)) == content


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
