"""What a Keras file holds, looked at before Keras reads it: sizes, depth, links, code.

Keras unpacks what is there, whatever its size, and some of its versions run what a Lambda layer
brings along.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mcuq.errors import InputError
from mcuq.importers.hdf5 import DAMAGED, model_config
from mcuq.settings import READING
from mcuq.shown import visible

_CONFIGS = frozenset({"config.json", "metadata.json"})
_CODE = frozenset({"Lambda", "__lambda__"})
"""Classes whose configuration may hold a function as bytes."""


def check_keras_file(path: Path) -> None:
    """Look at a `.keras` or `.h5` file; others are left to Keras.

    Raises:
        InputError: it becomes too large, is nested too deep, keeps its weights in other files, or
            holds Python code.
    """
    try:
        if zipfile.is_zipfile(path):
            _check_archive(path)
            return
        import h5py

        if h5py.is_hdf5(path):
            _check_hdf5(path)
    except InputError:
        raise
    except ImportError:
        return  # it comes with TensorFlow, whose absence is told next
    except RecursionError as error:
        raise InputError(f"{path}: nested too deep", DAMAGED) from error
    except Exception as error:
        # zipfile, h5py and json raise a dozen types for what is damaged.
        line = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(f"{path}: not a readable Keras file ({line})", DAMAGED) from error


def _check_archive(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        check_sizes(path, members)
        for member in members:
            if member.filename in _CONFIGS:
                _check_config(path, archive.read(member))
            elif member.filename.endswith((".h5", ".hdf5")):
                _check_hdf5(path, member.filename)


def check_sizes(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Raises InputError where an archive's members become more than a model has."""
    whole = sum(member.file_size for member in members)
    if whole > READING.model_bytes:
        raise InputError(
            f"{path} becomes {whole:,} B, more than the {READING.model_bytes:,} B that are read",
            "check that it is the right file",
        )
    for member in members:
        if member.filename.endswith(".json") and member.file_size > READING.text_bytes:
            raise InputError(
                f"{path}: {visible(member.filename)} becomes {member.file_size:,} B of text",
                DAMAGED,
            )


def _check_hdf5(path: Path, member: str | None = None) -> None:
    config = model_config(path, member, READING.model_bytes)
    if config is not None:
        _check_config(path, config)


def _check_config(path: Path, content: bytes) -> None:
    """Raises InputError where the description of the layers brings code along."""
    for entry in _entries(json.loads(content)):
        if entry.get("class_name") not in _CODE:
            continue
        config = entry.get("config")
        function = config.get("function", config) if isinstance(config, dict) else None
        if isinstance(function, list) or (isinstance(function, dict) and "code" in str(function)):
            raise InputError(
                f"{path}: a Lambda layer holds Python code, which is not run",
                "replace it with layers of Keras, or with a class of your own",
            )


def _entries(value: Any) -> Iterator[dict[str, Any]]:
    """All tables of a JSON value."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            yield current
            waiting.extend(current.values())
        elif isinstance(current, list):
            waiting.extend(current)
