"""Where there is no TensorFlow Lite Micro: said, not hidden; an error where that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcuq.pipeline.check import check_runs
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.verify import equal_in_tflm
from mcuq.report.wording import verification_lines
from mcuq.result.manifest import Manifest, Verification
from mcuq.tflite.micro import arena_bytes, run_micro
from mcuq.tflite.wheel import NoOracleError, has_oracle


def test_nothing_is_compared(no_oracle: None) -> None:
    values = [np.zeros((3, 4), np.int8)]
    assert not has_oracle()
    assert equal_in_tflm(b"", values, values, 2) is None
    for asked in (lambda: run_micro(b"", values), lambda: arena_bytes(b"")):
        with pytest.raises(NoOracleError, match="TFLite Micro is not available here"):
            asked()


def test_it_is_an_error_where_it_has_to_be_there(no_oracle: None) -> None:
    request = BuildRequest(
        model=Path("m.tflite"), board="stm32f746", calibration=Path("c.npz"), require_oracle=True
    )
    with pytest.raises(NoOracleError):
        check_runs(request)


def checked(equal: bool | None) -> Verification:
    return Verification(samples=5, equal_tflm=equal, device_samples=5, equal_device=True)


def test_a_result_says_so_and_holds() -> None:
    assert [checked(equal).holds for equal in (True, None, False)] == [True, True, False]

    class Shown:
        verification = checked(None)
        target = type("Target", (), {"name": "stm32f746"})
        device = type("Device", (), {"emulated": True})
        elimination = None

    shown: Any = Shown
    lines = verification_lines(shown)
    assert (True, "TFLite Micro is not available here: not compared") in lines
    assert Manifest.model_fields["verification"].annotation is Verification
