"""A file appears whole or not at all."""

from __future__ import annotations

import contextlib
from pathlib import Path

from mcuq.errors import InputError


def write_whole(path: Path, content: str | bytes) -> None:
    """Write beside `path`, then rename; an earlier file stays as it was where that fails.

    Folders that lack are made.

    Raises:
        InputError: it cannot be written: no permission, a file where a folder should be, the disk
            is full.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise InputError(
            f"cannot write {path}: {error.strerror}", "choose another file, or free some space"
        ) from error
