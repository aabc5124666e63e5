"""Files that are whole or not there, also after the power went: written beside, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from mcuq_hil.leftovers import fresh_name, sweep_once

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
"""Errors of a disk that is full, or of as much of it as a user may have."""
_CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EACCES)
"""What file systems answer that have nothing to wait for, and Windows for a folder."""


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` at `path`; until that is on the disk, what was there stays.

    The new file lies in the same folder under a name of this process; what a killed one left there
    is removed.

    Raises:
        OSError: it cannot be written; its `filename` is `path`, and nothing is left behind.
    """
    sweep_once(path.parent)
    fresh = path.parent / f".{fresh_name()}"
    try:
        # "x" follows no link that lies there.
        with fresh.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
        sync(path.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


def sync(path: Path) -> None:
    """Return when a file's content, or the names that a folder holds, are on the disk.

    Raises:
        OSError: the disk cannot take them.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """`sync` everything in `folder`, and the folder itself.

    Raises:
        OSError: the disk cannot take it.
    """
    for here, _, names in os.walk(folder):
        for name in names:
            sync(Path(here) / name)
        sync(Path(here))
