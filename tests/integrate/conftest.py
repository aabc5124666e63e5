"""Results to make projects of: the digits example in int4, and in int4 and int8 in one image."""

from __future__ import annotations

from pathlib import Path

import pytest
from indexed_model import chosen_rows
from stateful_models import streaming_model

from mcuq.bundle import bundle_models
from mcuq.emit.tflite import tflite_bytes
from mcuq.pipeline.request import BuildRequest
from mcuq.quantize import WeightChoice
from mcuq.report.publish import publish
from mcuq.resources import example_dir


def built(folder: Path, bits: int, name: str = "model") -> Path:
    digits = example_dir("digits")
    publish(
        BuildRequest(
            model=digits / "digits_float32.tflite",
            board="stm32f746",
            calibration=digits / "calibration.npz",
            output=folder,
            fixed=WeightChoice(bits),
            device_samples=1,
            name=name,
        )
    )
    return folder


@pytest.fixture(scope="session")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("result") / "out", 4)


@pytest.fixture(scope="session")
def named(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two results, each of a name of its own."""
    folder = tmp_path_factory.mktemp("named")
    return built(folder / "coarse", 4, "coarse"), built(folder / "Fine", 8, "Fine")


@pytest.fixture(scope="session")
def several(named: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image of both, with one arena."""
    folder = tmp_path_factory.mktemp("several") / "out"
    bundle_models(named, folder, arena="shared")
    return folder


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image with a model of indices and truth values, and one that keeps states."""
    folder = tmp_path_factory.mktemp("indexed")
    streaming = tflite_bytes(streaming_model().quantized())
    for name, content in (("rows", chosen_rows()), ("stream", streaming)):
        model = folder / f"{name}.tflite"
        model.write_bytes(content)
        publish(
            BuildRequest(model=model, as_is=True, output=folder / name, device_samples=1, name=name)
        )
    bundle_models([folder / "rows", folder / "stream"], folder / "out", arena="shared")
    return folder / "out"
