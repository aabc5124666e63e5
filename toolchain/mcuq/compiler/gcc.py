"""GCC for Arm with newlib, as distributions package it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mcuq.choices import Optimize
from mcuq.compiler.kept import Object
from mcuq.compiler.toolchain import (
    compiler_version,
    core_flags,
    find_tool,
    library_path,
    run_tool,
)

LIBRARIES = {"speed": "libc.a", "size": "libc_nano.a"}
_UNIT_FLAGS = ("-fstack-usage", "-fcallgraph-info")
_LINK_OPTIONS = (
    "-nostartfiles",
    "-nodefaultlibs",
    # No page is shared with the ELF file's headers: where flash begins within one, newer linkers
    # put them there.
    "-Wl,--nmagic",
    "-Wl,--gc-sections",
    "-Wl,--build-id=none",
    "-Wl,--strip-debug",
    "-Wl,--no-warn-rwx-segments",
    "-Wl,-Map=firmware.map",
    "-Wl,-T,board.ld",
)


@dataclass(frozen=True)
class Gcc:
    """See `mcuq.compiler.chosen.Compiler`."""

    name: ClassVar[str] = "arm-none-eabi-gcc"
    licence: ClassVar[str] = "GPL-3.0-or-later WITH GCC-exception-3.1"
    home: ClassVar[str] = "https://gcc.gnu.org"
    unit_flags: ClassVar[tuple[str, ...]] = _UNIT_FLAGS

    @property
    def version(self) -> str:
        """The first line that it says of itself."""
        return compiler_version()

    def check(self, core: str) -> None:
        """It and newlib are there."""
        find_tool("gcc")
        library_path("libc.a", core_flags(core))

    def compile(self, words: Sequence[str], folder: Path, scratch: Path) -> None:
        """One file."""
        run_tool(["gcc", *words], folder, scratch)

    def runtime(self, core: str, optimize: Optimize) -> tuple[Object, ...]:
        """Nothing: libgcc has it."""
        return ()

    def own_sources(self) -> tuple[Path, ...]:
        """Nothing: newlib has it."""
        return ()

    def libraries(self, core: str, optimize: Optimize) -> tuple[Path, ...]:
        """newlib, or newlib-nano for size, and libgcc."""
        flags = core_flags(core)
        return tuple(library_path(name, flags) for name in (LIBRARIES[optimize], "libgcc.a"))

    def link(self, core: str, optimize: Optimize, files: Sequence[str], work: Path) -> None:
        """By GNU ld."""
        library = "-l" + LIBRARIES[optimize].removeprefix("lib").removesuffix(".a")
        command = ["gcc", *core_flags(core), *_LINK_OPTIONS, "-o", "firmware.elf", *files]
        run_tool([*command, "-Wl,--start-group", library, "-lgcc", "-Wl,--end-group"], work, work)

    def excess(self, region: str, words: str) -> int | None:
        """GNU ld tells once a region."""
        marker = f"region `{region}' overflowed by "
        return int(words.split(marker)[1].split()[0]) if marker in words else None
