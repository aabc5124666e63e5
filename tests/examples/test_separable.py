"""The separable example argues: int4 throughout loses what the search and its finish keep."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import mcuq
from mcuq.data import load_data
from mcuq.examples import copy_example
from mcuq.importers import load_model

MODEL = "separable_float32.tflite"


@pytest.mark.slow
@pytest.mark.arm
def test_what_is_built_beats_int4_throughout_and_takes_no_more(tmp_path: Path) -> None:
    copy_example("separable", tmp_path)
    built = mcuq.build(
        tmp_path / MODEL,
        calibration=tmp_path / "calibration.npz",
        search_data=tmp_path / "search.npz",
        evaluation=tmp_path / "evaluation.npz",
        weight_bytes="50%",
        evaluations=40,
        seed=1,
        output=tmp_path / "out",
    )
    points = {point.role: point for point in built.manifest.compared}
    chosen, rival = points["chosen"], points["int4"]
    assert chosen.weight_bytes <= rival.weight_bytes
    assert chosen.flash_bytes <= rival.flash_bytes
    assert chosen.ram_bytes <= rival.ram_bytes
    count = len(load_data(tmp_path / "evaluation.npz", load_model(tmp_path / MODEL)))
    wrong = [round(count * (1 - point.accuracy)) for point in (chosen, rival)]
    # As many samples as both have wrong are decided otherwise at most: the paired error's bound.
    assert wrong[1] - wrong[0] > 2 * math.sqrt(sum(wrong))
    assert built.manifest.verification.holds
