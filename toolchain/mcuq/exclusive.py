"""One process at a time writes a file or folder."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import filelock

from mcuq.atomic_write import cannot_write
from mcuq.errors import InUseError


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Nobody else is inside this for `path` meanwhile; the system ends it with the process.

    The lock is a file beside `path`, so that everybody who writes there meets it, whatever their
    environment; it goes when it is released, and a killed process leaves it unlocked.

    Raises:
        InUseError: somebody else is.
        InputError: the folder cannot be written.
    """
    place = path.parent / f".{path.name.lstrip('.')}.mcuq-lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = _acquired(place)
    except filelock.Timeout as error:
        raise InUseError(
            f"{path} is being written by another process",
            "wait until that has ended, or choose another --output",
        ) from error
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            place.unlink()
        lock.release()


def _acquired(place: Path) -> filelock.BaseFileLock:
    """A lock on the file that is at `place`, not on one that was removed when it was released."""
    while True:
        handle = os.open(place, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        try:
            lock = filelock.FileLock(place, timeout=0)
            lock.acquire()
            # The number of an open file is not given to another one.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), place.lstat()):
                    return lock
            lock.release()
        finally:
            os.close(handle)
