"""Fixtures and settings shared by all tests."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from mcuq.ops.operator import Operator

ROOT = Path(__file__).resolve().parents[1]
QEMU_BOARDS = ("mps2-an386", "mps2-an500", "mps3-an547")
"""What only QEMU emulates: a test with one of them as a parameter is skipped where that lacks."""

settings.register_profile(
    "mcuq",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("mcuq")


def pytest_configure() -> None:
    # What a shell starts in the background ignores interrupts, and so would all that tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("arm") and shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed (apt-get install gcc-arm-none-eabi)")
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    boards = {one for one in parameters if isinstance(one, str)}.intersection(QEMU_BOARDS)
    needs_qemu = boards or item.get_closest_marker("qemu")
    if needs_qemu and shutil.which("qemu-system-arm") is None:
        pytest.skip("qemu-system-arm is not installed (apt-get install qemu-system-arm)")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Operators go by their names."""
    return val.name if isinstance(val, Operator) else None


@pytest.fixture(scope="session")
def mlperf_tiny() -> Path:
    """Folder with the MLPerf Tiny float models and data, or a visible skip."""
    folder = Path(os.environ.get("MCUQ_MLPERF_TINY", ROOT.parent / "shared" / "mlperf_tiny"))
    if not (folder / "resnet8_float32.tflite").is_file():
        pytest.skip(f"MLPerf Tiny models not found at {folder}; set MCUQ_MLPERF_TINY")
    return folder


@pytest.fixture(scope="session")
def cases() -> Path:
    """Folder with small inputs from other people's models and tools, or a visible skip."""
    folder = Path(os.environ.get("MCUQ_CASES", ROOT.parent / "shared" / "cases"))
    if not (folder / "models").is_dir():
        pytest.skip(f"the case files were not found at {folder}; set MCUQ_CASES")
    return folder


@pytest.fixture
def no_oracle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tflite_micro wheel is not installed."""
    real = importlib.util.find_spec

    def find(name: str, *more: Any) -> Any:
        return None if name == "tflite_micro" else real(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", find)
