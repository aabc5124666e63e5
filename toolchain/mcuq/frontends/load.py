"""Choose the front door by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mcuq.errors import InputError
from mcuq.frontends.mlir import load_mlir
from mcuq.frontends.onnx import load_onnx
from mcuq.frontends.tflite import load_tflite
from mcuq.graph import Graph

_DOORS: dict[str, Callable[[Path], Graph]] = {
    ".tflite": load_tflite,
    ".onnx": load_onnx,
    ".mlir": load_mlir,
}


def load_model(path: Path) -> Graph:
    """The float graph of a model file.

    Raises:
        InputError: the suffix is unknown, or the file cannot be used.
    """
    door = _DOORS.get(path.suffix.lower())
    if door is None:
        raise InputError(
            f"cannot tell what kind of model {path} is", f"known suffixes: {', '.join(_DOORS)}"
        )
    return door(path)
