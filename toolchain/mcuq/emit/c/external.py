"""Kernels of somebody else's library beside the emitted C."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

FOLDER = "cmsis-nn"


@dataclass(frozen=True)
class ExternalKernels:
    """What a model takes of a library with CMSIS-NN's interface.

    Attributes:
        include: its headers; they stand in the place of mcuq's of the same names.
        sources: C files whose functions are used.
        headers: that lie among the library's sources.
        archive: compiled code instead of sources, or None.
        defined: every function it has, used or not.
    """

    include: Path
    sources: tuple[Path, ...]
    headers: tuple[Path, ...]
    archive: Path | None
    defined: frozenset[str]


def copy_external(external: ExternalKernels, folder: Path) -> None:
    """Write headers to `include` below `folder` and code to `cmsis-nn`, side by side."""
    for header in sorted(external.include.rglob("*.h")):
        target = folder / "include" / header.relative_to(external.include)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(header, target)
    code = folder / FOLDER
    code.mkdir(parents=True)
    archives = (external.archive,) if external.archive else ()
    for source in (*external.sources, *external.headers, *archives):
        shutil.copyfile(source, code / source.name)
