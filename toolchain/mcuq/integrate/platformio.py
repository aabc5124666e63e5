"""A PlatformIO project, with the model as a private library in lib/."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from mcuq.integrate.built import Built
from mcuq.integrate.selfcheck import write_checks
from mcuq.integrate.snippets import checks, headers, includes, inits, usage, verdicts
from mcuq.integrate.templates import render, write

BOARDS = {
    "stm32f746": ("ststm32", "disco_f746ng"),
    "nucleo-f446re": ("ststm32", "nucleo_f446re"),
    "nucleo-f411re": ("ststm32", "nucleo_f411re"),
    "nucleo-g071rb": ("ststm32", "nucleo_g071rb"),
    "nucleo-g474re": ("ststm32", "nucleo_g474re"),
    "nucleo-h743zi": ("ststm32", "nucleo_h743zi"),
    "nucleo-l432kc": ("ststm32", "nucleo_l432kc"),
    "b-l475e-iot01a": ("ststm32", "disco_l475vg_iot01a"),
    "stm32f103c8": ("ststm32", "bluepill_f103c8"),
    "nrf52840-dk": ("nordicnrf52", "nrf52840_dk"),
    "rp2040-pico": ("raspberrypi", "pico"),
    "feather-m4": ("atmelsam", "adafruit_feather_m4"),
}
"""Our boards' platform and name in PlatformIO; another one is the user's to fill in."""


def write_platformio(built: Built, folder: Path) -> None:
    """platformio.ini, src/main.cpp and the models as a library in lib/."""
    platform, board = BOARDS.get(built.board, ("YOUR_PLATFORM", "YOUR_BOARD"))
    library = folder / "lib" / built.library
    for relative in (*built.sources, *built.headers):
        target = library / "src" / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built.model_dir / relative, target)
    write(library / "library.json", json.dumps(_library(built), indent=2) + "\n")
    ini = render("platformio/platformio.ini", platform=platform, board=board, library=built.library)
    write(folder / "platformio.ini", ini)
    main = render(
        "platformio/main.cpp",
        includes=includes(built),
        inits=inits(built),
        checks=checks(built),
    )
    write(folder / "src" / "main.cpp", main)
    write_checks(built, folder / "src")
    told = render(
        "platformio/README.md",
        library=built.library,
        headers=headers(built),
        verdicts=verdicts(built),
        usage=usage(built, f"lib/{built.library}/src/"),
    )
    write(folder / "README.md", told)


def _library(built: Built) -> dict[str, object]:
    return {
        "name": built.library,
        "version": "1.0.0",
        "description": f"{built.title} as straight C",
        "frameworks": "*",
        "platforms": "*",
        "headers": [model.names.header for model in built.models]
        if len(built.models) > 1
        else built.models[0].names.header,
        "build": {"includeDir": "src", "flags": ["-Isrc", "-Isrc/include", "-Isrc/kernels", "-O2"]},
    }
