"""Reading a model file from disk."""

from __future__ import annotations

from pathlib import Path

from mcuq.errors import InputError


def read_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        InputError: it does not exist or cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot read {path}: {reason}", "check the path of the model") from error
