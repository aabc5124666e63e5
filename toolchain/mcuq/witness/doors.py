"""Which runtime a model file came from, by its suffix."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from mcuq.importers.source import read_bytes
from mcuq.witness.keras import Keras
from mcuq.witness.litert import open_litert
from mcuq.witness.onnx_runtime import open_onnx
from mcuq.witness.outside import Outside


class MissingError(Exception):
    """The runtime is not installed."""


def open_outside(path: Path) -> Outside:
    """The file in its own runtime.

    Raises:
        MissingError: the runtime is not installed. IsolatedError: it does not read the file.
    """
    suffix = path.suffix.lower()
    if suffix == ".tflite":
        return open_litert(read_bytes(path))
    if suffix == ".onnx":
        if find_spec("onnxruntime") is None:
            raise MissingError("ONNX Runtime is not installed (pip install onnxruntime)")
        return open_onnx(path)
    return Keras(path)
