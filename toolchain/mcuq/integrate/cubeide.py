"""A folder to drop into an STM32CubeIDE or STM32CubeMX project."""

from __future__ import annotations

from pathlib import Path

from mcuq.integrate.bare_metal import copy_model
from mcuq.integrate.built import Built
from mcuq.integrate.selfcheck import write_checks
from mcuq.integrate.snippets import headers, includes, inits, usage
from mcuq.integrate.templates import render, write

PLACE = "Middlewares/mcuq"


def write_cubeide(built: Built, folder: Path) -> None:
    """Middlewares/mcuq/, .extSettings for STM32CubeMX, and a file to call from main.c."""
    copy_model(built, folder / PLACE / "model")
    (folder / PLACE / "model" / "CMakeLists.txt").unlink()
    write_checks(built, folder / PLACE)
    sources = ";".join(f"{PLACE}/model/{name}" for name in built.sources)
    settings = render("stm32cubeide/extSettings", place=PLACE, sources=sources)
    write(folder / ".extSettings", settings)
    write(folder / "Core" / "Src" / "app_model.c", _app(built))
    write(folder / "Core" / "Inc" / "app_model.h", render("stm32cubeide/app_model.h"))
    told = render(
        "stm32cubeide/README.md",
        place=PLACE,
        headers=headers(built),
        usage=usage(built, f"{PLACE}/model/"),
    )
    write(folder / "README.md", told)


def _app(built: Built) -> str:
    checks = " + ".join(f"{model.names.word}_check()" for model in built.models)
    return render(
        "stm32cubeide/app_model.c", includes=includes(built), inits=inits(built), checks=checks
    )
