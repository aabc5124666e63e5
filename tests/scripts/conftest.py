"""The digits example as a study with few samples."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from mcuq.resources import example_dir
from study.preparation import Study, StudyFiles, prepare


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = example_dir("digits")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        files = StudyFiles(
            folder / "digits_float32.tflite",
            folder / "calibration.npz",
            folder / "search.npz",
            folder / "evaluation.npz",
        )
        whole = prepare(files, workers=1)
    reference = {name: values[:100] for name, values in whole.reference.items()}
    return dataclasses.replace(whole, evaluation=whole.evaluation.take(100), reference=reference)


@pytest.fixture
def digits() -> Path:
    return example_dir("digits")
