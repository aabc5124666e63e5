"""TOML files, whatever is in them: one error that says what is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from mcuq_hil.errors import BoardError

MOST_BYTES = 1 << 20
"""Of a file that people write by hand."""


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; a byte order mark before them does not matter.

    Raises:
        BoardError: it cannot be read, or is not TOML.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise BoardError(f"cannot read {path}: {error.strerror}", "check its name") from error
    if len(content) > MOST_BYTES:
        raise BoardError(f"{path}: too large for a TOML file", "check that it is the right file")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BoardError(f"{path}: not UTF-8 in line {line}", "save the file as UTF-8") from error
    except RecursionError as error:
        raise BoardError(f"{path}: nested too deep", "write it flat, as the example is") from error
    except ValueError as error:
        raise BoardError(f"{path}: not valid TOML: {error}", "mend that place") from error
