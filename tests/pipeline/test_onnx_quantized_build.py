"""A quantized ONNX file goes to the board with the scales it states."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mcuq.cli.main import main
from mcuq.importers import load_model
from mcuq.prequantized.load import load_quantized

pytest.importorskip("onnx", reason="pip install 'mcuq[onnx]'")
pytest.importorskip("onnxruntime", reason="pip install 'mcuq[onnx]'")

from qdq_models import images, quantized_network


def _build(folder: Path, name: str, *words: str) -> Path:
    samples, model = folder / "samples.npz", folder / "quantized.onnx"
    np.savez(samples, x=images(40, seed=4) / 2)
    command = ["quantize", str(model), "--calibration", str(samples), "--json", *words]
    assert main([*command, "-o", str(folder / name)]) == 0
    return folder / name


@pytest.mark.slow
@pytest.mark.arm
def test_the_ranges_of_the_file_are_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quantized_network("residual", "defaults", tmp_path)
    graph = load_model(tmp_path / "quantized.onnx")
    built = load_quantized(_build(tmp_path, "out") / "model.tflite")
    verified = json.loads(capsys.readouterr().out)["verification"]
    assert verified["equal_tflm"] is verified["equal_device"] is True
    for name in (*graph.inputs, *graph.outputs):
        low, high = graph.ranges[name]
        assert built.tensors[name].scale[0] == np.float32((high - low) / 255)


@pytest.mark.slow
@pytest.mark.arm
def test_statistics_of_mcuq_calibrate_come_first(tmp_path: Path) -> None:
    quantized_network("dense", "int8", tmp_path)
    stored = load_quantized(_build(tmp_path, "stored") / "model.tflite")
    model, samples = str(tmp_path / "quantized.onnx"), str(tmp_path / "samples.npz")
    assert main(["calibrate", model, samples, "-o", str(tmp_path / "ranges.json")]) == 0
    anew = load_quantized(
        _build(tmp_path, "anew", "--ranges", str(tmp_path / "ranges.json")) / "model.tflite"
    )
    name = stored.outputs[0]
    assert anew.tensors[name].scale[0] < stored.tensors[name].scale[0]
