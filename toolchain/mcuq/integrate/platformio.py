"""A PlatformIO project, with the model as a private library in lib/."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from mcuq.integrate.built import Built
from mcuq.integrate.selfcheck import check_header
from mcuq.integrate.templates import render, write

BOARDS = {
    "stm32f746": ("ststm32", "disco_f746ng"),
    "nucleo-f446re": ("ststm32", "nucleo_f446re"),
    "nucleo-f411re": ("ststm32", "nucleo_f411re"),
    "nucleo-g071rb": ("ststm32", "nucleo_g071rb"),
    "nucleo-h743zi": ("ststm32", "nucleo_h743zi"),
    "nucleo-l432kc": ("ststm32", "nucleo_l432kc"),
    "b-l475e-iot01a": ("ststm32", "disco_l475vg_iot01a"),
    "stm32f103c8": ("ststm32", "bluepill_f103c8"),
    "nrf52840-dk": ("nordicnrf52", "nrf52840_dk"),
    "rp2040-pico": ("raspberrypi", "pico"),
}
"""Our boards' platform and name in PlatformIO; another one is the user's to fill in."""


def write_platformio(built: Built, folder: Path) -> None:
    """platformio.ini, src/main.cpp and lib/model/."""
    name = built.manifest.target.name
    platform, board = BOARDS.get(name, ("YOUR_PLATFORM", "YOUR_BOARD"))
    library = folder / "lib" / "model"
    for relative in (*built.sources, *built.headers):
        target = library / "src" / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built.model_dir / relative, target)
    write(library / "library.json", json.dumps(_library(built), indent=2) + "\n")
    ini = render("platformio/platformio.ini", platform=platform, board=board)
    write(folder / "platformio.ini", ini)
    write(folder / "src" / "main.cpp", render("platformio/main.cpp"))
    write(folder / "src" / "model_check.h", check_header(built))
    write(folder / "README.md", render("platformio/README.md"))


def _library(built: Built) -> dict[str, object]:
    return {
        "name": "model",
        "version": "1.0.0",
        "description": f"{built.manifest.model} as straight C",
        "frameworks": "*",
        "platforms": "*",
        "headers": "model.h",
        "build": {"includeDir": "src", "flags": ["-Isrc", "-Isrc/include", "-Isrc/kernels", "-O2"]},
    }
