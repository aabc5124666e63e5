"""Reading a model file from disk."""

from __future__ import annotations

from pathlib import Path

from mcuq.reading import read_file
from mcuq.settings import READING


def read_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        InputError: it does not exist, cannot be read, or is larger than any model for a
            microcontroller.
    """
    return read_file(path, READING.model_bytes, "check the path of the model")
