"""A library with CMSIS-NN's interface, such as Arm's own, that a model's calls link with.

Its directory holds `Include/arm_nnfunctions.h` and either `Source/` or a compiled
`libcmsis-nn.a`. Sources are compiled one object each for the board's core; what a model needs of
them is found by the relocations between their sections, as the linker would find it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mcuq.choices import Optimize
from mcuq.compiler.compile import Unit, compile_units
from mcuq.compiler.firmware import optimize_flag
from mcuq.compiler.kept import Object
from mcuq.compiler.members import archive_members
from mcuq.compiler.sections import closure, read_sections
from mcuq.compiler.toolchain import CompilerError, core_flags
from mcuq.emit.c.external import ExternalKernels
from mcuq.errors import InputError

ARCHIVE = "libcmsis-nn.a"
_HEADER = "arm_nnfunctions.h"
_HINT = "give CMSIS-NN's directory: the one that holds Include/ and Source/"
_FLOATING = re.compile(r"_(f16|f32|flt)\b|_(f16|f32|flt)_")
"""Sources on floating-point tensors: no model calls them, and not every core compiles them."""


@dataclass(frozen=True)
class KernelLibrary:
    """An opened library.

    Attributes:
        folder: where it lies.
        sources: object name → C file; empty for a compiled library.
        needs: symbol → symbols that its section refers to.
        places: symbol → name of the object that defines it.
        defined: functions that others can call.
        digest: SHA-256 over its headers and its code.
        answers: scratch bytes that it has named, by question (see `mcuq.pipeline.scratch`).
    """

    folder: Path
    sources: Mapping[str, Path]
    needs: Mapping[str, frozenset[str]]
    places: Mapping[str, str]
    defined: frozenset[str]
    digest: str
    answers: dict[object, int] = field(default_factory=dict, compare=False, repr=False)

    def kernels_for(self, functions: Iterable[str]) -> ExternalKernels:
        """What has to be linked for `functions`; those that it does not define are left out."""
        kept = {self.places[n] for n in closure(self.needs, functions) if n in self.places}
        compiled = not self.sources
        return ExternalKernels(
            include=self.folder / "Include",
            sources=tuple(self.sources[name] for name in sorted(kept) if name in self.sources),
            headers=() if compiled else tuple(sorted((self.folder / "Source").rglob("*.h"))),
            archive=self.folder / ARCHIVE if compiled else None,
            defined=self.defined,
        )


def open_library(folder: Path, core: str, optimize: Optimize) -> KernelLibrary:
    """Compile (or unpack) the library in `folder` for a core.

    Raises:
        InputError: there is no such library.
        CompilerError: the compiler is missing or refuses a file.
    """
    _check(folder)
    sources = _sources(folder)
    if sources:
        # Some headers lie among the sources, and are included by their names alone.
        among = sorted({path.parent for path in (folder / "Source").rglob("*.h")})
        includes = (folder / "Include", *among)
        flags = (*core_flags(core), optimize_flag(optimize))
        units = [Unit(name, path, includes, flags) for name, path in sources.items()]
        objects = _compiled(folder, units)
    else:
        objects = list(archive_members(folder / ARCHIVE))
    needs: dict[str, frozenset[str]] = {}
    places: dict[str, str] = {}
    defined: set[str] = set()
    for compiled in objects:
        for name, section in read_sections([compiled]).items():
            needs[name] = section.needs
            places[name] = compiled.name
            if section.kind == "text" and ":" not in name:
                defined.add(name)
    return KernelLibrary(folder, sources, needs, places, frozenset(defined), _digest(folder))


def _check(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError(f"{folder}: no such directory", _HINT)
    if not (folder / "Include" / _HEADER).is_file():
        raise InputError(f"{folder} holds no Include/{_HEADER}", _HINT)
    if not _sources(folder) and not (folder / ARCHIVE).is_file():
        raise InputError(f"{folder} holds neither C files in Source/ nor {ARCHIVE}", _HINT)


def _sources(folder: Path) -> dict[str, Path]:
    """Object name → file, for all but floating-point code."""
    root = folder / "Source"
    return {
        f"cmsis-nn/{path.relative_to(root).as_posix()}": path
        for path in sorted(root.rglob("*.c"))
        if not _FLOATING.search(path.name)
    }


def _compiled(folder: Path, units: list[Unit]) -> list[Object]:
    try:
        return compile_units(units)
    except CompilerError as error:
        raise CompilerError(
            f"the library in {folder}: {error.cause}",
            "take a release that compiles for this core",
            error.output,
        ) from error


def _digest(folder: Path) -> str:
    code = [*(folder / "Source").rglob("*.[ch]"), *folder.glob(ARCHIVE)]
    hasher = hashlib.sha256()
    for path in sorted((*(folder / "Include").rglob("*.h"), *code)):
        content = path.read_bytes()
        hasher.update(f"{path.relative_to(folder).as_posix()}:{len(content)}:".encode() + content)
    return hasher.hexdigest()
