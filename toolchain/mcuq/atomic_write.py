"""A file appears whole or not at all."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcuq.errors import InputError
from mcuq_hil.durable import DISK_FULL, replace_file

if TYPE_CHECKING:
    import numpy.typing as npt


def check_writable(path: Path) -> None:
    """Say before work, not after it, that a result cannot be written; nothing is left behind.

    Raises:
        InputError: there is a directory of that name, or its folder cannot be written.
    """
    if path.is_dir():
        raise InputError(f"cannot write {path}: it is a directory", "choose another --output")
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise cannot_write(path, error) from error


def write_arrays(path: Path, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """An `.npz` file, as `write_atomically`; the suffix is added where it lacks.

    Raises:
        InputError: it cannot be written.
    """
    import numpy as np

    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    whole = path if path.suffix == ".npz" else path.with_name(f"{path.name}.npz")
    write_atomically(whole, stream.getvalue())


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write beside `path`, then rename; an earlier file stays as it was where that fails.

    Folders that lack are made.

    Raises:
        InputError: it cannot be written: no permission, a file where a folder should be, the disk
            is full.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data)
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> InputError:
    """What is said of a result that `error` kept from being written."""
    full = error.errno in DISK_FULL
    return InputError(
        f"cannot write {path}: {error.strerror}",
        "free some space, or choose another --output" if full else "choose another --output",
    )
