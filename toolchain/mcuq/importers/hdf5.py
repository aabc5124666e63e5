"""What an HDF5 file holds, all of it read once in a child process.

The library that reads HDF5 never comes back from some damaged files, and crashes on others.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mcuq.errors import InputError
from mcuq.isolated import IsolatedError, call_isolated, progressed
from mcuq.settings import READING

DAMAGED = "it is damaged or was cut short: copy it again, or save the model again"
_CONFIG = "model_config"
_SLICE = 1 << 24
"""Bytes of weights between two signs of progress."""


def model_config(path: Path, member: str | None, most: int) -> bytes | None:
    """The description of a model that an HDF5 file has, or a member of an archive.

    Args:
        most: bytes that all its weights may have.

    Raises:
        InputError: it cannot be read, its weights are more than `most`, or lie in other files.
    """
    try:
        return call_isolated(_look, path, member, most)
    except IsolatedError as error:
        line = (error.reason or "no message").splitlines()[0]
        raise InputError(f"{path}: not a readable Keras file ({line})", DAMAGED) from error


def _look(path: Path, member: str | None, most: int) -> bytes | None:
    """In the child."""
    import h5py

    _progressed()
    if member is None:
        with h5py.File(path, "r") as file:
            return _walk(path, file, most)
    with zipfile.ZipFile(path) as archive:
        # What follows the size that the archive's list says is not looked at.
        content = archive.read(member)
    with h5py.File(io.BytesIO(content), "r") as file:
        return _walk(path, file, most)


def _walk(path: Path, file: Any, most: int) -> bytes | None:
    whole = sum(_bytes_of(path, values) for values in _datasets(path, file))
    if whole > most:
        raise InputError(
            f"{path} holds {whole:,} B of weights, more than the {most:,} B that are read",
            "check that it is the right file",
        )
    for values in _datasets(path, file):
        _read(values)
    config = file.attrs.get(_CONFIG)
    return config if config is None or isinstance(config, bytes) else str(config).encode()


def _datasets(path: Path, file: Any) -> Iterator[Any]:
    """All arrays, each once; every attribute on the way is read."""
    import h5py

    seen, waiting = {file.id}, [file]
    while waiting:
        group = waiting.pop()
        _attributes(group)
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink | h5py.SoftLink):
                raise InputError(
                    f"{path}: {name!r} is in another file", "save the whole model into one file"
                )
            entry = group.get(name)
            if entry is None or entry.id in seen:
                continue
            seen.add(entry.id)
            if isinstance(entry, h5py.Group):
                waiting.append(entry)
            elif isinstance(entry, h5py.Dataset):
                _attributes(entry)
                yield entry


def _attributes(entry: Any) -> None:
    _progressed()
    for name in entry.attrs:
        entry.attrs.get(name)


def _bytes_of(path: Path, values: Any) -> int:
    if values.external or values.is_virtual:
        raise InputError(
            f"{path}: the values of {values.name!r} are in another file",
            "save the whole model into one file",
        )
    return int(values.size or 0) * int(values.dtype.itemsize)


def _read(values: Any) -> None:
    """All values, a slice at a time."""
    if not values.size:
        return
    if not values.shape:
        values[()]
        return
    row = int(values.size) // len(values) * int(values.dtype.itemsize)
    rows = max(1, _SLICE // max(row, 1))
    for begin in range(0, len(values), rows):
        _progressed()
        values[begin : begin + rows]


def _progressed() -> None:
    progressed(READING.hdf5_seconds)
