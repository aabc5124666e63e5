"""Images of small models, built once, and sessions on the emulated STM32F746."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mcuq.compiler import FirmwareImage, build_firmware
from mcuq_hil import load_board

MODELS = Path(__file__).parent / "models"
BuildImage = Callable[..., FirmwareImage]


@pytest.fixture(scope="session")
def build_image(tmp_path_factory: pytest.TempPathFactory) -> BuildImage:
    """build_image(model, board="stm32f746", **options of build_firmware) → Image, kept."""
    if shutil.which("arm-none-eabi-gcc") is None:
        pytest.skip("arm-none-eabi-gcc is not installed (apt-get install gcc-arm-none-eabi)")
    built: dict[str, FirmwareImage] = {}

    def build(model: str, board: str = "stm32f746", **options: object) -> FirmwareImage:
        key = f"{model}-{board}-{sorted(options.items())}"
        if key not in built:
            work = tmp_path_factory.mktemp(f"{model}-{board}")
            (work / "model").mkdir()
            shutil.copy(MODELS / f"{model}.c", work / "model" / "model.c")
            built[key] = build_firmware(
                load_board(board),
                work / "model",
                work / "out",
                **options,  # type: ignore[arg-type]
            )
        return built[key]

    return build


@pytest.fixture(scope="session")
def plus_one(build_image: BuildImage) -> FirmwareImage:
    return build_image("plus_one")
