"""No kernel has become more than 2 % slower or larger than docs/kernels.json says."""

from __future__ import annotations

import copy
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from mcuq.bench.kernels import bench_layers
from mcuq.bench.measure import measure_model
from mcuq.bench.record import regressions

RECORD = Path(__file__).resolve().parents[2] / "docs" / "kernels.json"

LIMITS = {
    "conv3x3_16x16_32x32": 1.2,
    "conv1x1_64x64_25x5": 1.25,
    "depthwise3x3_64_25x5": 4.0,
    "dense_640x128": 1.5,
}
"""Most instructions a MAC on cores with the DSP extension."""


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    result: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return result


@pytest.mark.arm
@pytest.mark.slow
@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m4", "cortex-m7"])
def test_layers_keep_their_record(record: dict[str, Any], core: str) -> None:
    now = {"layers": [asdict(cost) for cost in bench_layers(core)], "models": []}
    assert list(regressions(record, now)) == []


@pytest.mark.arm
@pytest.mark.slow
@pytest.mark.parametrize("model", ["resnet8", "kws", "vww", "ad"])
@pytest.mark.parametrize("bits", [8, 4])
def test_models_keep_their_record(record: dict[str, Any], model: str, bits: int) -> None:
    costs = [asdict(measure_model(model, bits, "stm32f746", o)) for o in ("speed", "size")]
    assert list(regressions(record, {"layers": [], "models": costs})) == []


def test_recorded_layers_are_within_their_limits(record: dict[str, Any]) -> None:
    fast = [e for e in record["layers"] if e["core"] in ("cortex-m4", "cortex-m7")]
    assert len(fast) == 2 * 2 * len(LIMITS)
    for entry in fast:
        assert entry["instructions"] <= LIMITS[entry["layer"]] * entry["macs"], entry


def test_a_regression_is_seen(record: dict[str, Any]) -> None:
    worse = copy.deepcopy(record)
    worse["layers"][0]["instructions"] = int(record["layers"][0]["instructions"] * 1.03)
    worse["models"][0]["arena_bytes"] += 1000
    assert len(list(regressions(record, worse))) == 2
    assert list(regressions(record, record)) == []
