"""One user a board at a time, across processes: an advisory lock by name."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mcuq_hil.errors import PortError


def lock_dir() -> Path:
    """Where the lock files lie: $XDG_RUNTIME_DIR/mcuq, or the temporary directory."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(base) / f"mcuq-locks-{os.getuid()}"


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of a port or probe; the system releases it when the process ends.

    Raises:
        PortError: somebody else holds it; names the process.
    """
    folder = lock_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / (re.sub(r"[^\w.-]+", "_", name) + ".lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            raise PortError(
                f"{name} is in use by process {holder}", "wait until that has ended"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
