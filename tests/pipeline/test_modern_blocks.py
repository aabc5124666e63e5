"""Attention, recurrent layers, U-Nets and the like of Keras and PyTorch, to the board."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras_networks import NETWORKS, save_network

from mcuq.calibrate import calibrate
from mcuq.cli.main import main
from mcuq.importers import load_model
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.quantize import quantize

pytestmark = [pytest.mark.slow, pytest.mark.arm]
SAMPLES = 12


def built(model: Path, inputs: list[np.ndarray], capsys: pytest.CaptureFixture[str]) -> dict:
    """What `mcuq quantize` says: bytes equal under TFLite Micro and on the emulated board."""
    names = ["x"] if len(inputs) == 1 else [f"x{number}" for number in range(len(inputs))]
    data, out = model.parent / "samples.npz", model.parent / "out"
    np.savez(data, **dict(zip(names, inputs, strict=True)))
    words = ["quantize", str(model), "--board", "stm32f746", "--json", "--calibration", str(data)]
    assert main([*words, "-o", str(out)]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["verification"]["equal_tflm"] is facts["verification"]["equal_device"] is True
    assert facts["verification"]["device_samples"] == SAMPLES
    return facts


@pytest.mark.parametrize("name", NETWORKS)
def test_keras(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tensorflow", reason="pip install 'mcuq[tensorflow]'")
    shape, dtype = save_network(name, tmp_path / "model.keras")
    rng = np.random.default_rng(1)
    samples = rng.normal(size=(SAMPLES, *shape)) if dtype == "float32" else None
    whole = rng.integers(0, 20, (SAMPLES, *shape))
    built(tmp_path / "model.keras", [whole if samples is None else samples], capsys)


@pytest.mark.parametrize(
    "name", ["attention", "feature_pyramid", "unet", "gru", "group_norm", "channel_shuffle"]
)
def test_pytorch(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch = pytest.importorskip("torch", reason="pip install 'mcuq[torch]'")
    pytest.importorskip("onnxscript", reason="pip install 'mcuq[torch]'")
    from torch_modules import example

    one = example(name)
    program = torch.export.export(one.module, one.inputs)
    torch.export.save(program, tmp_path / "model.pt2")
    rng = np.random.default_rng(1)
    inputs = [rng.normal(size=(SAMPLES, *x.shape[1:])).astype(np.float32) for x in one.inputs]
    built(tmp_path / "model.pt2", inputs, capsys)


def _snr(path: Path, x: np.ndarray) -> float:
    """Signal to quantization noise of int8, in dB."""
    graph = load_model(path)
    qgraph = quantize(graph, calibrate(graph, [x]))
    found = dequantize_outputs(qgraph, run_integer(qgraph, quantize_inputs(qgraph, [x])))
    (name,) = graph.outputs
    real = run_float(graph, [x])[name]
    noise = real - found[name].reshape(real.shape)
    return float(10 * np.log10(np.square(real).sum() / np.square(noise).sum()))


def test_a_masked_attention_is_as_exact_as_a_whole_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torch = pytest.importorskip("torch", reason="pip install 'mcuq[torch]'")
    pytest.importorskip("onnxscript", reason="pip install 'mcuq[torch]'")
    torch.manual_seed(0)
    layer = torch.nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, dropout=0.0).eval()
    mask = torch.nn.Transformer.generate_square_subsequent_mask(8)

    class Causal(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return layer(x, src_mask=mask)

    rng = np.random.default_rng(0)
    x = rng.normal(size=(SAMPLES, 8, 16)).astype(np.float32)
    figures = []
    for name, module in (("whole", layer), ("causal", Causal().eval())):
        (tmp_path / name).mkdir()
        model = tmp_path / name / "model.pt2"
        torch.export.save(torch.export.export(module, (torch.randn(1, 8, 16),)), model)
        figures.append(_snr(model, x))
    built(model, [x], capsys)
    assert figures[1] > figures[0] - 1
