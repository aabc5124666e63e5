"""No kernel has become more than 2 % slower or larger than docs/kernels.json says."""

from __future__ import annotations

import copy
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from kernel_bench import with_vector_layers
from mcuq.bench.kernels import OPTIMIZE, KernelBench, bench_layers
from mcuq.bench.measure import TRAINED, measure_model
from mcuq.compiler.toolchain import compiler_version
from study.record import read_records, regressions, release, write_record

RECORD = Path(__file__).resolve().parents[2] / "docs" / "kernels.json"

LIMITS = {
    "conv3x3_16x16_32x32": 1.25,
    "conv1x1_64x64_25x5": 1.3,
    "depthwise3x3_64_25x5": 4.5,
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
    "resnet8": (15_600_000, 36_500),
    "kws": (4_500_000, 9_500),
    "vww": (12_900_000, 40_000),
    "ad": (420_000, 1_000),
    "sww": (1_350_000, 4_700),
}
"""Most instructions and arena bytes of a model, whatever its weights and however optimized. Code
ordered by cycles takes some more instructions: docs/kernels.md#cycles-and-goals."""
CODE_LIMITS = {"speed": 16_384, "size": 8_192}


def records() -> dict[str, Any]:
    return read_records(RECORD)


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    """Of the compiler that is here, or a visible skip: code and counts differ between releases."""
    here = release(compiler_version())
    if here not in records():
        pytest.skip(f"docs/kernels.json has no figures of GCC {here}: scripts/kernel_bench.py")
    found: dict[str, Any] = records()[here]
    return found


@pytest.mark.arm
@pytest.mark.slow
@pytest.mark.parametrize("core", ["cortex-m0plus", "cortex-m4", "cortex-m7"])
def test_layers_keep_their_record(record: dict[str, Any], core: str) -> None:
    now = {"layers": [asdict(cost) for cost in bench_layers(core)], "models": []}
    assert list(regressions(record, now)) == []


@pytest.mark.arm
@pytest.mark.slow
@pytest.mark.parametrize("model", TRAINED)
@pytest.mark.parametrize("bits", [8, 4])
def test_models_keep_their_record(
    record: dict[str, Any], mlperf_tiny: Path, model: str, bits: int
) -> None:
    costs = [
        asdict(measure_model(model, mlperf_tiny, bits, "stm32f746", optimize))
        for optimize in OPTIMIZE
    ]
    assert list(regressions(record, {"layers": [], "models": costs})) == []


@pytest.fixture(scope="module", params=list(records()))
def recorded(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The figures of each compiler release."""
    found: dict[str, Any] = records()[request.param]
    return found


def test_recorded_layers_are_within_their_limits(recorded: dict[str, Any]) -> None:
    fast = [e for e in recorded["layers"] if e["core"] in ("cortex-m4", "cortex-m7")]
    assert len(fast) == 2 * 2 * len(LIMITS)
    for entry in fast:
        assert entry["instructions"] <= LIMITS[entry["layer"]] * entry["macs"], entry


def test_recorded_vector_layers_are_below_cmsis_nn(recorded: dict[str, Any]) -> None:
    vector = vector_layers(recorded)
    if not vector:
        pytest.skip("these figures were recorded where QEMU is not installed")
    assert len(vector) == 2 * len(VECTOR_LIMITS)
    for entry in vector:
        limit = VECTOR_LIMITS[entry["layer"]][entry["weights"] == "s4"]
        assert entry["instructions"] < limit * entry["macs"], entry


def test_vector_layers_are_recorded_of_some_compiler() -> None:
    assert any(map(vector_layers, records().values()))


def vector_layers(recorded: dict[str, Any]) -> list[dict[str, Any]]:
    return [e for e in recorded["layers"] if e["core"] == "cortex-m55"]


def test_recorded_models_are_within_their_limits(recorded: dict[str, Any]) -> None:
    assert len(recorded["models"]) == 2 * len(MODEL_LIMITS) * len(CODE_LIMITS)
    for entry in recorded["models"]:
        instructions, arena = MODEL_LIMITS[entry["model"]]
        assert entry["instructions"] <= instructions, entry
        assert entry["arena_bytes"] <= arena, entry
        assert entry["code_bytes"] <= CODE_LIMITS[entry["optimize"]], entry


def test_a_regression_is_seen(recorded: dict[str, Any]) -> None:
    worse = copy.deepcopy(recorded)
    worse["layers"][0]["instructions"] = int(recorded["layers"][0]["instructions"] * 1.03)
    worse["models"][0]["arena_bytes"] += 1000
    assert len(list(regressions(recorded, worse))) == 2
    assert list(regressions(recorded, recorded)) == []


def test_figures_are_held_per_compiler_release(recorded: dict[str, Any], tmp_path: Path) -> None:
    """Written anew, a release's figures replace their own and leave the others'."""
    file = tmp_path / "kernels.json"
    other = {**recorded, "compiler": "arm-none-eabi-gcc (15:99.1.rel1-1) 99.1.0 20990101"}
    file.write_text(json.dumps({"records": [other]}), encoding="utf-8")
    empty = KernelBench(recorded["compiler"], "-O2", (), ())
    write_record(empty, file)
    write_record(empty, file)
    found = read_records(file)
    assert list(found) == [release(recorded["compiler"]), "99.1"]
    assert found["99.1"] == other


def test_layers_on_the_vector_extension_can_be_kept(recorded: dict[str, Any]) -> None:
    bare = KernelBench(recorded["compiler"], "-O2", (), ())
    kept = with_vector_layers(bare, {release(recorded["compiler"]): recorded})
    assert [asdict(layer) for layer in kept.layers] == vector_layers(recorded)
    assert with_vector_layers(bare, {}) == bare


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1 20221205", "12.2"),
        ("arm-none-eabi-gcc (15:14.2.rel1-1) 14.2.1 20241119", "14.2"),
        ("arm-none-eabi-gcc (Arm GNU Toolchain 13.2.rel1 (Build arm-13.7)) 13.2.1", "13.2"),
    ],
)
def test_releases_of_compilers(line: str, expected: str) -> None:
    assert release(line) == expected
