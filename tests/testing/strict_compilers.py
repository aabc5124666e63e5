"""Compilers with the warnings that firmware code has to be clean of, each of them an error."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

_WARNINGS = (
    *("-Werror", "-Wall", "-Wextra", "-Wshadow", "-Wundef", "-Wpointer-arith", "-Wvla"),
    *("-Wstrict-prototypes", "-Wmissing-prototypes", "-Wconversion", "-Wsign-conversion"),
)
# All that the firmware wants of a C library: Clang comes without one.
_STRING_H = """\
#include <stddef.h>
void *memcpy(void *target, const void *source, size_t count);
void *memset(void *target, int value, size_t count);
"""


@dataclass(frozen=True)
class Compiler:
    """One compiler for Arm.

    Attributes:
        name: the program.
        command: the program and what it needs to compile for Arm.
        warnings: beside those that both have.
        stack: the warning about a function's frame, the limit to be appended.
    """

    name: str
    command: tuple[str, ...]
    warnings: tuple[str, ...]
    stack: str

    def check(
        self,
        sources: Sequence[Path],
        flags: Sequence[str],
        includes: Sequence[Path],
        folder: Path,
        *,
        stack_bytes: int,
    ) -> None:
        """Compile files; fails with the compiler's words.

        Args:
            folder: objects go there; made where it is missing.
            stack_bytes: what no function may take of the stack, or more.
        """
        folder.mkdir(exist_ok=True)
        (folder / "string.h").write_text(_STRING_H, encoding="utf-8")
        own = () if self.name.endswith("gcc") else (f"-isystem{folder}",)
        warnings = (*_WARNINGS, *self.warnings, f"{self.stack}{stack_bytes}")
        where = [f"-I{path.resolve()}" for path in includes]
        command = [*self.command, "-std=c11", *flags, *own, *warnings, *where, "-c"]
        done = subprocess.run(
            [*command, *(str(path.resolve()) for path in sources)],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


GCC = Compiler(
    "arm-none-eabi-gcc",
    ("arm-none-eabi-gcc",),
    ("-Wcast-align=strict", "-Wlogical-op", "-Wduplicated-cond", "-Walloca"),
    "-Wstack-usage=",
)
CLANG = Compiler(
    "clang",
    ("clang", "--target=arm-none-eabi", "-ffreestanding"),
    # Its -Wcast-align is GCC's strict one.
    ("-Wcast-align", "-Wunreachable-code", "-Wcomma", "-Wimplicit-fallthrough"),
    "-Wframe-larger-than=",
)

compilers = pytest.mark.parametrize(
    "compiler",
    [
        GCC,
        pytest.param(
            CLANG,
            marks=pytest.mark.skipif(
                shutil.which("clang") is None, reason="clang is not installed (apt-get install)"
            ),
        ),
    ],
    ids=lambda compiler: compiler.name,
)
"""Runs a test with each compiler, and skips what is not there."""
