"""A CMake project that builds with arm-none-eabi-gcc alone."""

from __future__ import annotations

from pathlib import Path

from mcuq.compiler.toolchain import core_flags
from mcuq.integrate.bare_metal import readme, write_bare_metal_project
from mcuq.integrate.built import Built
from mcuq.integrate.templates import render, write


def write_cmake(built: Built, folder: Path) -> None:
    """CMakeLists.txt, a toolchain file, main.c, model/ and port/."""
    board = write_bare_metal_project(built, folder)
    flags = " ".join(core_flags(board.core))
    write(folder / "CMakeLists.txt", render("cmake/CMakeLists.txt", library=built.library))
    write(folder / "arm-none-eabi.cmake", render("cmake/arm-none-eabi.cmake", flags=flags))
    write(folder / "README.md", readme("cmake", built, board))
