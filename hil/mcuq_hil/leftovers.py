"""Temporaries say in their names which process made them: what a killed one left can be removed."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mcuq_hil.owner import our_user

_NAME = re.compile(r"\.?mcuq-(?P<space>[0-9a-f]+)-(?P<process>\d+)-(?P<start>\d+)-[0-9a-f]{8}")
_PROCESSES = Path("/proc")
_swept: set[Path] = set()


def fresh_name() -> str:
    """`mcuq-SPACE-PROCESS-START-RANDOM`: a file or folder that this process removes in the end.

    The process's start tells it from another one of the same number, SPACE numbers that mean the
    same from those of another container.
    """
    process = os.getpid()
    return f"mcuq-{_space()}-{process}-{_start(process) or 0}-{secrets.token_hex(4)}"


@contextlib.contextmanager
def scratch_folder(where: Path | None = None) -> Iterator[Path]:
    """A folder of this process's own, removed in the end; before, those that killed ones left.

    Args:
        where: None: where the system keeps temporary files ($TMPDIR).

    Raises:
        OSError: it cannot be made; its `filename` says where.
    """
    parent = where or Path(tempfile.gettempdir())
    sweep_once(parent)
    folder = parent / fresh_name()
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        remove_tree(folder)


def remove_tree(folder: Path) -> None:
    """Remove a folder, also where a signal is raised meanwhile."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def sweep_once(folder: Path) -> None:
    """`sweep`, the first time in this process."""
    if folder not in _swept:
        _swept.add(folder)
        sweep(folder)


def sweep(folder: Path) -> None:
    """Remove what processes of this user left in `folder` that are no more; links are not
    followed."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _NAME.fullmatch(entry.name)
            if found and _is_over(found) and _is_ours(entry):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    with contextlib.suppress(OSError):
                        Path(entry.path).unlink()


def _is_ours(entry: os.DirEntry[str]) -> bool:
    try:
        found = entry.stat(follow_symlinks=False)
        return not stat.S_ISLNK(found.st_mode) and found.st_uid == our_user()
    except OSError:
        return False


def _is_over(name: re.Match[str]) -> bool:
    """Whether the process has ended; where that cannot be known, it has not."""
    if name["space"] != _space() or not _PROCESSES.is_dir():
        return False
    return _start(int(name["process"])) != int(name["start"])


@functools.cache
def _space() -> str:
    """The space of process numbers: containers that share a folder do not share these."""
    try:
        return f"{(_PROCESSES / 'self' / 'ns' / 'pid').stat().st_ino:x}"
    except OSError:
        return "0"


def _start(process: int) -> int | None:
    """When it started, in ticks since the machine did (proc(5)); None: it runs no more."""
    try:
        told = (_PROCESSES / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The program's name stands in parentheses and may hold anything.
    fields = told.rpartition(")")[2].split()
    state, start = fields[0], int(fields[19])
    return None if state in "ZX" else start
