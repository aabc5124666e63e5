"""Where TensorFlow Lite Micro is not installed a build ends well and says what is not compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mcuq.bundle.store import read_bundle
from mcuq.cli.main import main
from mcuq.pipeline.request import BuildRequest
from mcuq.quantize import WeightChoice
from mcuq.report.publish import publish
from mcuq.report.wording import verification_lines
from mcuq.resources import example_dir
from mcuq.tflite.wheel import NOT_COMPARED


@pytest.mark.slow
@pytest.mark.arm
def test_a_build_is_verified_on_the_device_alone(
    tmp_path: Path, no_oracle: None, capsys: pytest.CaptureFixture[str]
) -> None:
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
    assert NOT_COMPARED in told
    out, data = str(tmp_path / "out"), str(folder / "evaluation.npz")
    assert main(["run", data, out, "--samples", "3"]) == 0
    assert NOT_COMPARED in capsys.readouterr().out
    assert main(["run", data, out, "--samples", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["equal_tflm"] is None
    project, bundle = tmp_path / "project", tmp_path / "bundle"
    assert main(["emit", out, "-o", str(project)]) == 0
    (header,) = project.rglob("*_check.h")
    assert "what mcuq's own evaluation answers to it" in header.read_text(encoding="utf-8")
    publish(replace(request, name="other", output=tmp_path / "other"))
    assert main(["bundle", out, str(tmp_path / "other"), "-o", str(bundle)]) == 0
    assert NOT_COMPARED in capsys.readouterr().out
    assert read_bundle(bundle).models[0].equal_tflm is None


@pytest.mark.parametrize("words", [["run", "data.npz"], ["emit"], ["bundle", "out"]])
def test_where_it_has_to_be_there_commands_refuse(
    words: list[str], no_oracle: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--require-oracle"]) == 3
    assert "TFLite Micro is not available here" in capsys.readouterr().err
