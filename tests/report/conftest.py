"""A small made-up result with everything a report shows."""

from __future__ import annotations

from typing import Any

import pytest

from mcuq.report.store import Report
from mcuq.result.configuration import ConfigFile, StoredHistogram, TensorConfig
from mcuq.result.front import Front, Improvement, Point
from mcuq.result.manifest import (
    BudgetFigures,
    Compared,
    DeviceFigures,
    Figures,
    Layer,
    Manifest,
    MemoryBlock,
    SearchFigures,
    Target,
    Verification,
)

COMPARED: tuple[tuple[Any, float, int], ...] = (
    ("candidate", 0.95, 50_000),
    ("int4", 0.42, 50_000),
    ("chosen", 0.98, 60_000),
    ("knapsack", 0.97, 60_500),
    ("int8", 0.9825, 90_000),
)
"""Role, accuracy, flash bytes."""


def figures(**changes: Any) -> Figures:
    values: dict[str, Any] = {
        "metric": "top1",
        "higher_is_better": True,
        "float_": 0.985,
        "int8": 0.9825,
        "quantized": 0.98,
        "samples": 400,
        "flash_bytes": 60_000,
        "flash_model_bytes": 48_000,
        "flash_code_bytes": 12_000,
        "weight_bytes": 45_000,
        "int8_weight_bytes": 76_000,
        "ram_bytes": 12_288,
        "arena_bytes": 6_144,
        "stack_bytes": 2_048,
        "predicted_flash_bytes": 60_000,
        "predicted_ram_bytes": 12_288,
        "macs": 523_000,
        "instructions": 1_060_000,
    }
    return Figures(**(values | changes))


def layer(name: str, kind: str, bits: int | None, **changes: Any) -> Layer:
    values: dict[str, Any] = {
        "name": name,
        "kind": kind,
        "function": f"mcuq_{kind.lower()}_s{bits or 8}",
        "shape": (1, 8, 8, 32),
        "macs": 18_432 if bits else 0,
        "filter": f"{name}/w" if bits else None,
        "bits": bits,
        "method": "minmax" if bits else "",
        "weight_bytes": 288 if bits else 0,
        "constant_bytes": 700 if bits else 0,
        "scratch_bytes": 0,
        "counts": 40_000,
    }
    return Layer(**(values | changes))


@pytest.fixture
def manifest() -> Manifest:
    return Manifest(
        model="digits_float32.tflite",
        target=Target(
            name="stm32f746",
            part="STM32F746NG",
            core="cortex-m7",
            flash=1 << 20,
            ram=320 << 10,
            core_hz=216_000_000,
        ),
        result=figures(),
        budget=BudgetFigures(flash=1 << 20, ram=320 << 10, weight_bytes=45_600),
        verification=Verification(
            samples=400, equal_tflm=True, device_samples=32, equal_device=True
        ),
        device=DeviceFigures(emulated=True, unit="instructions", stack_high_water=900),
        search=SearchFigures(
            method="ga",
            evaluations=120,
            budget=200,
            space_size="1024",
            loss=0.02,
            int8_loss=0.01,
            int8_fits=False,
        ),
        compared=tuple(
            Compared(
                role=role,
                accuracy=accuracy,
                flash_bytes=flash,
                ram_bytes=12_288,
                weight_bytes=flash - 15_000,
                instructions=1_000_000,
                fits=role != "int8",
            )
            for role, accuracy, flash in COMPARED
        ),
        layers=(
            layer("net/conv/Relu", "CONV_2D", 8, reads=("input",), writes=("net/conv/Relu",)),
            layer(
                "net/dw/Relu;net/dw/BiasAdd",
                "DEPTHWISE_CONV_2D",
                4,
                reads=("net/conv/Relu",),
                writes=("net/dw/Relu",),
            ),
            layer(
                "net/</script><b>",
                "ADD",
                None,
                reads=("net/conv/Relu", "net/dw/Relu"),
                writes=("net/</script><b>",),
            ),
        ),
        memory=(
            MemoryBlock(name="input", offset=0, size=64, first=-1, last=0),
            MemoryBlock(name="net/conv/Relu", offset=64, size=2048, first=0, last=2),
            MemoryBlock(name="scratch:0", offset=2112, size=100, first=0, last=0),
        ),
        arena_lower_bound=6_144,
        seed=1,
        optimize="speed",
        command="mcuq build digits_float32.tflite --board stm32f746 --seed 1",
        inputs={"model": "ab" * 32},
        versions={"mcuq": "0.1.0"},
    )


@pytest.fixture
def report(manifest: Manifest) -> Report:
    def point(role: Any, accuracy: float, flash: int) -> Point:
        return Point(
            role=role,
            accuracy=accuracy,
            loss=None if role == "int4" else 1 - accuracy,
            flash_bytes=flash,
            ram_bytes=12_288,
            weight_bytes=flash - 15_000,
            instructions=1_000_000,
            fits=role != "int8",
            choices={"net/conv/Relu/w": "int4:minmax"},
        )

    front = Front(
        points=tuple(point(*one) for one in COMPARED),
        curve=(Improvement(evaluations=3, loss=0.05), Improvement(evaluations=50, loss=0.02)),
    )
    config = ConfigFile(
        tensors=(
            TensorConfig(
                name="net/conv/Relu",
                role="activation",
                shape=(1, 8, 8, 32),
                bits=8,
                scheme="minmax",
                scale=(0.05,),
                zero_point=-128,
                bytes_=2048,
                histogram=StoredHistogram(low=0.0, high=13.0, counts=(900, 100, 0, 1)),
            ),
            TensorConfig(
                name="net/conv/w",
                role="weight",
                shape=(32, 3, 3, 1),
                bits=4,
                scheme="minmax",
                scale=tuple([0.1] * 32),
                zero_point=0,
                axis=0,
                bytes_=144,
            ),
        )
    )
    return Report(manifest, front, config)
