"""Files, whatever a path names: their bytes up to a limit, or one error that says what is wrong."""

from __future__ import annotations

import stat
from pathlib import Path

from mcuq.errors import InputError
from mcuq.settings import READING


def read_file(path: Path, most: int, hint: str) -> bytes:
    """The content of a regular file.

    Args:
        most: bytes that are read.
        hint: what to do where it cannot be read.

    Raises:
        InputError: it is missing, no regular file (a folder, a device, a pipe, which need not
            end), cannot be read, or is larger.
    """
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise InputError(f"cannot read {path}: not a file", hint)
        if facts.st_size > most:
            raise InputError(
                f"{path} has {facts.st_size:,} B, more than the {most:,} B that are read",
                "check that it is the right file",
            )
        with path.open("rb") as stream:
            # One that grows meanwhile is cut.
            return stream.read(most)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot read {path}: {reason}", hint) from error


def read_json_file(path: Path, hint: str) -> bytes:
    """The content of a file of JSON, without a byte order mark; raises as `read_file`."""
    return read_file(path, READING.text_bytes, hint).removeprefix(b"\xef\xbb\xbf")
