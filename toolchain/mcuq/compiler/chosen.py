"""Which compiler firmware is built with: GCC where it is installed, else the one from PyPI."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Protocol, get_args

from mcuq import choices
from mcuq.choices import Optimize, check_choice
from mcuq.compiler.clang import Clang
from mcuq.compiler.gcc import Gcc
from mcuq.compiler.kept import Object
from mcuq.compiler.toolchain import PREFIX

COMPILERS: tuple[str, ...] = get_args(choices.Compiler)
VARIABLE = "MCUQ_COMPILER"
"""Names the compiler for commands without `--compiler`."""


class Compiler(Protocol):
    """What differs from one compiler to another."""

    @property
    def name(self) -> str:
        """What manifests call it."""

    @property
    def licence(self) -> str:
        """Of its package, for bills of material."""

    @property
    def home(self) -> str:
        """Where it is from, likewise."""

    @property
    def version(self) -> str:
        """What it says of itself."""

    @property
    def unit_flags(self) -> tuple[str, ...]:
        """Flags of every file, the core's and the level's aside."""

    def check(self, core: str) -> None:
        """Raise CompilerError where it cannot build for `core`."""

    def compile(self, words: Sequence[str], folder: Path, scratch: Path) -> None:
        """Compile by these words, in `folder`; raises CompilerError."""

    def runtime(self, core: str, optimize: Optimize) -> tuple[Object, ...]:
        """Compiled functions that its code calls, where it has no libraries of its own."""

    def own_sources(self) -> tuple[Path, ...]:
        """C files that an image needs, where it has no C library."""

    def libraries(self, core: str, optimize: Optimize) -> tuple[Path, ...]:
        """Its archives, in link order."""

    def link(self, core: str, optimize: Optimize, files: Sequence[str], work: Path) -> None:
        """Link `files` of `work` by its `board.ld` to firmware.elf and firmware.map.

        Raises:
            CompilerError: with the linker's words as `output`.
        """

    def excess(self, region: str, words: str) -> int | None:
        """By how many bytes a region overflowed, as those words of its linker say."""


_chosen: ContextVar[str] = ContextVar("compiler", default="auto")


@contextmanager
def compiling_with(name: str) -> Iterator[None]:
    """Choose the compiler of everything that is built inside; "auto" leaves it as it is.

    Raises:
        UsageError: there is no such compiler.
    """
    check_choice("compiler", name, COMPILERS)
    before = _chosen.get()
    token = _chosen.set(before if name == "auto" else name)
    try:
        yield
    finally:
        _chosen.reset(token)


def compiler(environment: Mapping[str, str] = os.environ) -> Compiler:
    """The compiler that is chosen, else the one that is there.

    Raises:
        CompilerError: none is installed. UsageError: the variable names none.
    """
    name = _chosen.get()
    if name == "auto":
        name = environment.get(VARIABLE, "auto") or "auto"
        check_choice(VARIABLE, name, COMPILERS)
    if name == "auto":
        name = "clang" if shutil.which(PREFIX + "gcc") is None and has_clang() else "gcc"
    return Clang() if name == "clang" else Gcc()


def has_clang() -> bool:
    """Whether the wheel with Clang is installed."""
    return importlib.util.find_spec("ziglang") is not None
