"""Folders for what is needed only as long as something is computed."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mcuq.errors import InputError
from mcuq_hil.durable import DISK_FULL
from mcuq_hil.leftovers import scratch_folder

_PROBE = bytes(4096)
"""A block of most file systems."""


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder below $TMPDIR, removed in the end, or by the next run where this one is killed.

    Raises:
        InputError: it cannot be made, or its disk is full; names it.
    """
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch_folder())
        except OSError as error:
            where = error.filename or "a temporary folder"
            raise InputError(
                f"cannot write {where}: {error.strerror}", "set TMPDIR to a folder with free space"
            ) from error
        try:
            yield folder
        except OSError as error:
            if is_full(folder):
                raise no_space(folder) from error
            raise


def no_space(folder: Path) -> InputError:
    """What is said of a temporary folder whose disk is full."""
    return InputError(
        f"no space left in {folder.parent}, where temporary files go",
        "free some space there, or set TMPDIR to another folder",
    )


def is_full(folder: Path) -> bool:
    """Whether nothing more can be written into a folder of ours for want of space."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(_PROBE)
    except OSError as error:
        return error.errno in DISK_FULL
    return False
