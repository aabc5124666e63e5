"""A project with one Makefile for arm-none-eabi-gcc."""

from __future__ import annotations

from pathlib import Path

from mcuq.compiler.toolchain import core_flags
from mcuq.integrate.bare_metal import readme, write_bare_metal_project
from mcuq.integrate.built import Built
from mcuq.integrate.templates import render, write


def write_make(built: Built, folder: Path) -> None:
    """Makefile, main.c, model/ and port/."""
    board = write_bare_metal_project(built, folder)
    flags = " ".join(core_flags(board.core))
    write(folder / "Makefile", render("make/Makefile", flags=flags))
    write(folder / "README.md", readme("make", built, board))
