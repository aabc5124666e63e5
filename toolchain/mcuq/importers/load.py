"""Choose the reader by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.importers.buildable import check_buildable
from mcuq.importers.keras import load_keras
from mcuq.importers.onnx import load_onnx
from mcuq.importers.pytorch import load_pytorch
from mcuq.importers.tflite import load_tflite

READERS: dict[str, Callable[[Path], Graph]] = {
    ".tflite": load_tflite,
    ".onnx": load_onnx,
    ".keras": load_keras,
    ".h5": load_keras,
    ".hdf5": load_keras,
    ".pt2": load_pytorch,
    ".pt": load_pytorch,
    ".pth": load_pytorch,
}
"""Suffix of a model file → its reader. `witness.runtimes` has a row for each."""
_KNOWN = f"known: {', '.join(READERS)}, or a SavedModel folder"
_REMEDIES = {
    ".mlir": "mcuq writes MLIR and does not read it: give the model file that it was written from",
}
"""By suffix; of all others, what is known."""
_SAVED_MODEL = "saved_model.pb"


def load_model(path: Path) -> Graph:
    """The float graph of a model file, or of a SavedModel folder.

    Raises:
        UsageError: the package that reads this kind of model is not installed.
        InputError: the suffix is unknown, or the file cannot be used.
    """
    if (path / _SAVED_MODEL).is_file():
        return check_buildable(load_keras(path))
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise InputError(
            f"cannot tell what kind of model {path} is",
            _REMEDIES.get(path.suffix.lower(), _KNOWN),
        )
    return check_buildable(read(path))
