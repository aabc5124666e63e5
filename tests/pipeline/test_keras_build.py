"""A Keras file goes all the way to the emulated board; skipped without TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mcuq.cli.main import main

SIDE = 64


@pytest.mark.slow
@pytest.mark.arm
def test_mobilenet_runs_on_the_emulated_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """MobileNetV1 0.25 from its .keras file: equal bytes in TFLite Micro and on the device."""
    tensorflow = pytest.importorskip("tensorflow", reason="pip install 'mcuq[tensorflow]'")
    tensorflow.keras.utils.set_random_seed(0)
    model = tensorflow.keras.applications.MobileNet(
        input_shape=(SIDE, SIDE, 3), alpha=0.25, weights=None, classes=10
    )
    model.save(tmp_path / "mobilenet.keras")
    x = np.random.default_rng(1).uniform(-1, 1, (12, SIDE, SIDE, 3)).astype(np.float32)
    np.savez(tmp_path / "samples.npz", x=x)
    words = ["quantize", str(tmp_path / "mobilenet.keras"), "--board", "stm32f746", "--json"]
    words += ["--calibration", str(tmp_path / "samples.npz"), "-o", str(tmp_path / "out")]
    assert main(words) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["verification"]["equal_tflm"] is facts["verification"]["equal_device"] is True
    assert facts["verification"]["device_samples"] == len(x)
    assert facts["result"]["weight_bytes"] > 200_000
