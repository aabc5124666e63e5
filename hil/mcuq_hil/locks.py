"""One user a board at a time, across processes: an advisory lock by name."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import filelock

from mcuq_hil.cache import cache_folder
from mcuq_hil.durable import replace_file
from mcuq_hil.errors import PortError
from mcuq_hil.owner import our_user


def lock_dir() -> Path:
    """Where the lock files lie: $XDG_RUNTIME_DIR/mcuq, or mcuq/locks in the user's cache.

    Raises:
        PortError: neither is known.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(runtime) / "mcuq" if runtime else cache_folder("locks")
    if folder is None:
        raise PortError(
            "there is no folder for lock files", "set XDG_RUNTIME_DIR to a folder of your own"
        )
    return folder


def device_of(port: str) -> str:
    """What a port's lock is called: by every name of a device the same (`/dev/serial/by-id/…`)."""
    try:
        found = Path(port).stat()
    except (OSError, ValueError):
        return port
    if stat.S_ISCHR(found.st_mode):
        return f"device {os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"
    return str(Path(port).resolve())


@contextlib.contextmanager
def locked(name: str, shown: str | None = None) -> Iterator[None]:
    """Hold the lock `name`; the system releases it when the process ends.

    Args:
        shown: what messages call it, where that is not `name`.

    Raises:
        PortError: somebody else holds it, and names the process; or the folder of the lock files
            is not this user's alone.
    """
    folder = lock_dir()
    _make_private(folder)
    stem = folder / hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    lock = filelock.FileLock(stem.with_suffix(".lock"), timeout=0, mode=0o600)
    holder = stem.with_suffix(".pid")
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise PortError(
            f"{shown or name} is in use by process {_read(holder)}", "wait until that has ended"
        ) from error
    except OSError as error:
        raise PortError(
            f"cannot lock {shown or name}: {error}", f"see to it that {folder} can be written"
        ) from error
    try:
        with contextlib.suppress(OSError):  # it only serves a message
            replace_file(holder, f"{os.getpid()}\n".encode())
        yield
    finally:
        lock.release()


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        is_strange = found.st_uid != our_user()
    except OSError as error:
        raise PortError(
            f"cannot make {folder}: {error.strerror}", "lock files need a folder of this user's"
        ) from error
    if os.name == "posix":  # others have no such rights: every folder has all of them
        is_strange = is_strange or bool(found.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
    if is_strange or not stat.S_ISDIR(found.st_mode):
        raise PortError(
            f"{folder} is not a folder that this user alone may write",
            "remove it, or set XDG_RUNTIME_DIR to a folder of your own",
        )


def _read(holder: Path) -> str:
    try:
        return holder.read_text(encoding="utf-8")[:32].strip() or "unknown"
    except (OSError, ValueError):
        return "unknown"
