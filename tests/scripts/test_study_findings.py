"""What looks wrong about data is told by studies, too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcuq.progress import Progress
from mcuq.resources import example_dir
from study.preparation import StudyFiles, prepare

DIGITS = example_dir("digits")
MODEL, SAMPLES = DIGITS / "digits_float32.tflite", DIGITS / "calibration.npz"


class EnoughError(Exception):
    """All that is told before the long work has been told."""


def told(files: StudyFiles) -> list[str]:
    found = []

    def progress(one: Progress) -> None:
        if one.stage != "prepare":
            raise EnoughError
        if one.finding is not None:
            found.append(one.finding.code)

    with pytest.raises(EnoughError):
        prepare(files, 1, progress)
    return found


def test_a_study_tells_what_a_build_tells(tmp_path: Path) -> None:
    with np.load(DIGITS / "evaluation.npz") as data:
        np.savez(tmp_path / "dim.npz", x=data["x"] / 255, y=data["y"])
    dim = tmp_path / "dim.npz"
    assert told(StudyFiles(MODEL, SAMPLES, SAMPLES, dim)) == ["ranges-apart", "float-at-chance"]
    assert told(StudyFiles(MODEL, SAMPLES, None, DIGITS / "evaluation.npz")) == []
    assert told(StudyFiles(MODEL, SAMPLES)) == ["shared-samples"]
