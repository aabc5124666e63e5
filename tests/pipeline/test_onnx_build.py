"""An ONNX file as PyTorch exports it goes all the way to the emulated board."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mcuq.cli.main import main

pytest.importorskip("onnx", reason="pip install 'mcuq[onnx]'")

from onnx_cases import Model


def _network(resized: bool) -> bytes:
    """Convolutions, a PReLU a channel, gates, a maximum over the image, a dense head."""
    model = Model((1, 3, 12, 10))
    x = model.node("Conv", ["x0", model.weights(8, 3, 3, 3), model.weights(8)], pads=[1] * 4)
    x = model.node("PRelu", [x, model.constant(np.linspace(0, 0.5, 8).reshape(8, 1, 1), "f4")])
    x = model.node("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])
    if resized:
        scales = model.constant([1, 1, 2, 2], np.float32)
        x = model.node("Resize", [x, model.constant([], np.float32), scales], mode="linear")
    x = model.node("HardSwish", [model.node("Conv", [x, model.weights(6, 8, 3, 3)])])
    x = model.node("Mul", [model.node("Sigmoid", [x]), model.node("Tanh", [x])])
    x = model.node("ReduceMax", [x], axes=[2, 3], keepdims=0)
    x = model.node("Gemm", [x, model.weights(6, 4), model.weights(4)])
    return model.content(model.node("Softmax", [x]))


@pytest.mark.slow
@pytest.mark.arm
@pytest.mark.parametrize("bits", [8, 16])
def test_a_network_runs_on_the_emulated_board(
    bits: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All operators of both widths: equal bytes in TFLite Micro and on the device."""
    (tmp_path / "network.onnx").write_bytes(_network(resized=bits == 8))
    x = np.random.default_rng(1).normal(size=(40, 3, 12, 10)).astype(np.float32)
    np.savez(tmp_path / "samples.npz", x=x)
    words = ["quantize", str(tmp_path / "network.onnx"), "--activation-bits", str(bits), "--json"]
    words += ["--calibration", str(tmp_path / "samples.npz"), "-o", str(tmp_path / "out")]
    assert main(words) == 0
    verified = json.loads(capsys.readouterr().out)["verification"]
    assert verified["equal_tflm"] is verified["equal_device"] is True
    assert verified["device_samples"] == 32
