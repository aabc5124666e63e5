"""Where TensorFlow Lite Micro is not installed a build ends well and says what is not compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.pipeline import verify
from mcuq.pipeline.request import BuildRequest
from mcuq.quantize import WeightChoice
from mcuq.report.publish import publish
from mcuq.report.wording import verification_lines
from mcuq.resources import example_dir


@pytest.mark.slow
@pytest.mark.arm
def test_a_build_is_verified_on_the_device_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "has_oracle", lambda: False)
    folder = example_dir("digits")
    request = BuildRequest(
        model=folder / "digits_float32.tflite",
        calibration=folder / "calibration.npz",
        evaluation=folder / "evaluation.npz",
        fixed=WeightChoice(8),
        output=tmp_path / "out",
    )
    manifest = publish(request).manifest
    assert manifest.verification.equal_tflm is None
    assert manifest.verification.equal_device
    told = [sentence for _, sentence in verification_lines(manifest)]
    assert "TFLite Micro is not available here: not compared" in told
