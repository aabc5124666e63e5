"""Results to join: the digits example, keyword spotting, and a classifier of a stream."""

from __future__ import annotations

from pathlib import Path

import pytest
from stand_ins import keyword_spotting
from stateful_models import streaming_model

from mcuq.bench.measure import quantized
from mcuq.emit.tflite import tflite_bytes
from mcuq.pipeline.request import BuildRequest
from mcuq.quantize import WeightChoice
from mcuq.report.publish import publish
from mcuq.resources import example_dir


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    digits = example_dir("digits")
    folder = tmp_path_factory.mktemp("faces") / "faces"
    publish(
        BuildRequest(
            model=digits / "digits_float32.tflite",
            calibration=digits / "calibration.npz",
            output=folder,
            fixed=WeightChoice(8),
            device_samples=1,
            name="faces",
        )
    )
    return folder


@pytest.fixture(scope="session")
def keywords(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keywords")
    model = folder / "kws.tflite"
    model.write_bytes(tflite_bytes(quantized(keyword_spotting(), 8)[0]))
    publish(
        BuildRequest(
            model=model, as_is=True, output=folder / "out", device_samples=1, name="keywords"
        )
    )
    return folder / "out"


@pytest.fixture(scope="session")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier of a stream, which keeps states."""
    return _stream(tmp_path_factory.mktemp("stream"), "stream")


@pytest.fixture(scope="session")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same under another name."""
    return _stream(tmp_path_factory.mktemp("again"), "again")


def _stream(folder: Path, name: str) -> Path:
    model = folder / "stream.tflite"
    model.write_bytes(tflite_bytes(streaming_model().quantized()))
    publish(
        BuildRequest(model=model, as_is=True, output=folder / "out", device_samples=1, name=name)
    )
    return folder / "out"
