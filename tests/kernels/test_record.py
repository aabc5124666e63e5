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


VECTOR_LIMITS = {
    "conv3x3_16x16_32x32": (0.40, 0.57),
    "conv1x1_64x64_25x5": (0.40, 0.64),
    "depthwise3x3_64_25x5": (2.34, 2.84),
    "dense_640x128": (0.49, 0.41),
}
"""CMSIS-NN's instructions a MAC on Cortex-M55, int8 and int4 weights."""
MODEL_LIMITS = {
    "resnet8": (15_000_000, 36_500),
    "kws": (4_200_000, 9_500),
    "vww": (12_500_000, 40_000),
    "ad": (420_000, 1_000),
}
"""Most instructions and arena bytes of a model, whatever its weights and however optimized."""
CODE_LIMITS = {"speed": 16_384, "size": 7_168}


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


def test_recorded_vector_layers_are_below_cmsis_nn(record: dict[str, Any]) -> None:
    vector = [e for e in record["layers"] if e["core"] == "cortex-m55"]
    assert len(vector) == 2 * len(VECTOR_LIMITS)
    for entry in vector:
        limit = VECTOR_LIMITS[entry["layer"]][entry["weights"] == "s4"]
        assert entry["instructions"] < limit * entry["macs"], entry


def test_recorded_models_are_within_their_limits(record: dict[str, Any]) -> None:
    assert len(record["models"]) == 2 * len(MODEL_LIMITS) * len(CODE_LIMITS)
    for entry in record["models"]:
        instructions, arena = MODEL_LIMITS[entry["model"]]
        assert entry["instructions"] <= instructions, entry
        assert entry["arena_bytes"] <= arena, entry
        assert entry["code_bytes"] <= CODE_LIMITS[entry["optimize"]], entry


def test_a_regression_is_seen(record: dict[str, Any]) -> None:
    worse = copy.deepcopy(record)
    worse["layers"][0]["instructions"] = int(record["layers"][0]["instructions"] * 1.03)
    worse["models"][0]["arena_bytes"] += 1000
    assert len(list(regressions(record, worse))) == 2
    assert list(regressions(record, record)) == []
