"""A gate in percent, or above 1: told at once, not after the search."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcuq.errors import UsageError
from mcuq.pipeline.gates import Gates
from mcuq.pipeline.request import BuildRequest
from mcuq.report import reachable
from mcuq.report.reachable import check_reachable
from mcuq.resources import example_dir

DIGITS = example_dir("digits")


@pytest.fixture(autouse=True)
def _no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """What else a request needs is not asked here."""
    monkeypatch.setattr(reachable, "check_request", lambda request: None)


def request(metric: str | None, folder: Path) -> BuildRequest:
    data = DIGITS / "evaluation.npz"
    return BuildRequest(
        model=DIGITS / "digits_float32.tflite",
        board="stm32f746",
        calibration=data,
        output=folder / "out",
        metric=metric,
    )


@pytest.mark.parametrize("metric", [None, "top1", "auc", "agreement", "r2"])
@pytest.mark.parametrize(("asked", "hint"), [(95.0, "write a share: 0.95"), (1e3, "of 1")])
def test_no_share_is_above_1(metric: str | None, asked: float, hint: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"--min-accuracy {asked:g} is more than") as refused:
        check_reachable(Gates(min_accuracy=asked), request(metric, tmp_path))
    assert hint in refused.value.hint


def test_what_can_be_reached_is_not_refused(tmp_path: Path) -> None:
    check_reachable(Gates(min_accuracy=95.0), request("mse", tmp_path))
    check_reachable(Gates(min_accuracy=1.0), request("top1", tmp_path))
    check_reachable(Gates(), request(None, tmp_path))
