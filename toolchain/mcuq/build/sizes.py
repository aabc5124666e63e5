"""Sizes without linking: what each function brings, and what every image holds anyway."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mcuq.build.compile import Unit, compile_units
from mcuq.build.firmware import build_firmware, optimize_flag, with_libraries
from mcuq.build.image import Image
from mcuq.build.sections import closure, read_sections
from mcuq.build.toolchain import core_flags
from mcuq.choices import Optimize
from mcuq.resources import firmware_dir
from mcuq_hil.boards import Board

_EMPTY_MODEL = """\
#include "mcuq_model.h"
static void run(void)
{
}
const mcuq_model_t mcuq_model = {.name = "", .run = run};
"""


@dataclass(frozen=True)
class FunctionSize:
    """A function, or a constant that functions refer to.

    Attributes:
        bytes: in flash, rounded up to its alignment.
        callees: names of what it needs: functions, constants and library functions.
        stack: its own frame in bytes.
    """

    bytes: int
    callees: frozenset[str]
    stack: int


def function_sizes(
    board: Board, sources: Sequence[Path], includes: Sequence[Path], *, optimize: Optimize = "speed"
) -> Mapping[str, FunctionSize]:
    """Compile `sources` for `board` and measure each function; library functions are included.

    Raises:
        CompilerError: the compiler is missing or refuses a file.
    """
    flags = (*core_flags(board.core), optimize_flag(optimize))
    where = (*includes, firmware_dir() / "runtime")
    objects = compile_units([Unit(path.name, path, where, flags) for path in sources])
    sections = with_libraries(board, read_sections(objects), optimize)
    return {
        name: FunctionSize(section.flash_bytes, section.needs, section.stack)
        for name, section in sections.items()
    }


def flash_needed(sizes: Mapping[str, FunctionSize], roots: Iterable[str]) -> int:
    """Flash bytes of `roots` and of everything they need, each once."""
    needs = {name: size.callees for name, size in sizes.items()}
    return sum(sizes[name].bytes for name in closure(needs, roots) if name in sizes)


@cache
def fixed_part(board: Board, optimize: Optimize = "speed") -> Image:
    """The image of an empty model: its flash and RAM are in every image for `board`.

    The files it names are gone; the figures stay. An image that uses a library function this one
    uses too (memcpy, memset, strlen) does not pay for it again.
    """
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "model"
        model.mkdir()
        (model / "model.c").write_text(_EMPTY_MODEL, encoding="utf-8")
        return build_firmware(board, model, Path(scratch) / "out", optimize=optimize)
