"""A metric of the user's own is code: it is said that it runs, and it can be refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.errors import UsageError
from mcuq.pipeline.build import build
from mcuq.pipeline.request import BuildRequest
from mcuq.progress import Progress
from mcuq.resources import example_dir

DIGITS = example_dir("digits")


def request(folder: Path, metric: str, *, no_user_code: bool) -> BuildRequest:
    """A build with a module beside it that leaves a mark when it runs."""
    (folder / "marking.py").write_text(f"open({str(folder / 'ran')!r}, 'w').close()\n")
    return BuildRequest(
        model=DIGITS / "digits_float32.tflite",
        calibration=DIGITS / "calibration.npz",
        output=folder / "out",
        metric=metric,
        metric_folder=folder,
        no_user_code=no_user_code,
    )


def test_it_is_refused_before_it_runs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is code, and --no-user-code refuses it"):
        build(request(tmp_path, "marking:score", no_user_code=True), tmp_path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.arm
def test_it_is_said_that_it_runs(tmp_path: Path) -> None:
    said: list[Progress] = []
    with pytest.raises(UsageError, match="marking:score: module 'marking' has no attribute"):
        build(request(tmp_path, "marking:score", no_user_code=False), tmp_path, said.append)
    assert (tmp_path / "ran").exists()
    assert [step.note for step in said] == ["metric marking:score: runs code of this project"]
