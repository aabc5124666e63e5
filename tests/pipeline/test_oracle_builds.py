"""Models on which a native runtime used to end the build."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.errors import InputError
from mcuq.pipeline.build import build
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.result import BuildResult
from mcuq.quantize import WeightChoice

pytestmark = [pytest.mark.arm, pytest.mark.slow]


def _built(
    cases: Path, tmp_path: Path, model: str, calibration: str, evaluation: str
) -> BuildResult:
    folder = tmp_path / "out"
    folder.mkdir()
    request = BuildRequest(
        model=cases / "models" / model,
        board="stm32f746",
        calibration=cases / "data" / calibration,
        evaluation=cases / "data" / evaluation,
        output=tmp_path / "result",
        fixed=WeightChoice(8),
    )
    return build(request, folder)


def test_a_large_image_gets_the_arena_it_needs(cases: Path, tmp_path: Path) -> None:
    data = "cnn160_8_16.npz"
    result = _built(cases, tmp_path, "cnn160_8_16.onnx", data, data)
    assert result.verification.equal_tflm
    assert result.verification.import_runtime.startswith("ONNX Runtime ")


def test_calibration_data_of_zeros_builds(cases: Path, tmp_path: Path) -> None:
    result = _built(cases, tmp_path, "cls3.onnx", "zeros.npz", "cls_onehot.npz")
    assert result.verification.equal_tflm
    assert result.verification.import_runtime.startswith("ONNX Runtime ")


def test_a_softmax_that_overflows_is_one_line(cases: Path, tmp_path: Path) -> None:
    """Or a result, where TFLite Micro's kernel bears it."""
    try:
        result = _built(cases, tmp_path, "flat1000.onnx", "flat.npz", "flat.npz")
    except InputError as error:
        assert "SOFTMAX" in error.cause
        assert "\n" not in str(error)
    else:
        assert result.verification.equal_tflm
