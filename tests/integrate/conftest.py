"""A result to make projects of: the digits example in int4, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.pipeline.request import BuildRequest
from mcuq.quantize import WeightChoice
from mcuq.report.publish import publish
from mcuq.resources import example_dir


@pytest.fixture(scope="session")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("result") / "out"
    digits = example_dir("digits")
    publish(
        BuildRequest(
            model=digits / "digits_float32.tflite",
            board="stm32f746",
            calibration=digits / "calibration.npz",
            output=folder,
            fixed=WeightChoice(4),
            device_samples=1,
        )
    )
    return folder
