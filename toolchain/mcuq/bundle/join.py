"""Emitted projects put together: the models side by side, every file that they share once."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from mcuq.bundle.member import Member
from mcuq.emit.c.project import write_cmake
from mcuq.emit.c.shared_arena import share_arena
from mcuq.errors import InputError, UsageError
from mcuq.result.bundle import ArenaUse

LIBRARY = "models"
"""What build tools call the models together."""


def join_models(members: Sequence[Member], arena: ArenaUse, folder: Path) -> None:
    """Write the C project of all `members` into `folder`, which must not exist.

    Raises:
        UsageError: files that they share differ, such as kernels of two versions.
        InputError: a source is not as this version of mcuq emits it, and cannot share its arena.
    """
    folder.mkdir(parents=True)
    origin: dict[Path, Member] = {}
    for member in members:
        for path in sorted(p for p in member.model_dir.rglob("*") if p.is_file()):
            relative = path.relative_to(member.model_dir)
            if relative.name == "CMakeLists.txt":
                continue
            if relative in origin:
                _check_equal(relative, origin[relative], member)
            else:
                origin[relative] = member
                (folder / relative).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, folder / relative)
    if arena == "shared":
        try:
            share_arena(folder, [member.names for member in members])
        except ValueError as error:
            raise InputError(str(error), "build the models again, with this version") from error
    write_cmake(folder, LIBRARY)


def _check_equal(relative: Path, one: Member, other: Member) -> None:
    first, second = (member.model_dir / relative for member in (one, other))
    if first.read_bytes() != second.read_bytes():
        raise UsageError(
            f"{one.folder} and {other.folder} were built with different kernels: "
            f"{relative.as_posix()} differs",
            "build both with one version of mcuq and the same --kernels",
        )


def uses(members: Sequence[Member]) -> dict[str, int]:
    """Source of a kernel, as the linker's map names it → how many of the models have it."""
    found: dict[str, int] = {}
    for member in members:
        for path in member.model_dir.rglob("*/*.c"):
            unit = f"model/{path.relative_to(member.model_dir).as_posix()}"
            found[unit] = found.get(unit, 0) + 1
    return found
