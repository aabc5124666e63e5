"""Which runtime a model file came from, by its suffix."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from mcuq.importers.load import READERS
from mcuq.importers.source import read_bytes
from mcuq.isolated import call_isolated
from mcuq.witness.float_copy import looks_up
from mcuq.witness.keras import Keras
from mcuq.witness.litert import open_litert
from mcuq.witness.onnx_runtime import open_onnx
from mcuq.witness.outside import Outside
from mcuq.witness.pytorch import open_pytorch


class MissingError(Exception):
    """The runtime is not installed, or there is none."""


def _litert(path: Path) -> Outside:
    content = read_bytes(path)
    if call_isolated(looks_up, content):
        raise MissingError("it looks integers up in tables, between which there are no reals")
    return open_litert(content)


def _onnx(path: Path) -> Outside:
    if find_spec("onnxruntime") is None:
        raise MissingError("ONNX Runtime is not installed (pip install onnxruntime)")
    return open_onnx(path)


def no_runtime(path: Path) -> Outside:
    """Of formats that nothing but mcuq reads."""
    raise MissingError(f"no runtime of {path.suffix} files is known")


_RUNTIMES: dict[str, Callable[[Path], Outside]] = {
    ".tflite": _litert,
    ".onnx": _onnx,
    ".keras": Keras,
    ".h5": Keras,
    ".hdf5": Keras,
    ".pt2": open_pytorch,
    ".pt": open_pytorch,
    ".pth": open_pytorch,
    "": Keras,
}
"""The suffixes of `importers.load.READERS`; none: a SavedModel folder."""
if missing := READERS.keys() - _RUNTIMES.keys():
    raise TypeError(f"no runtime, nor `no_runtime`, for {', '.join(sorted(missing))} files")


def open_outside(path: Path) -> Outside:
    """The file in its own runtime.

    Raises:
        MissingError: the runtime is not installed. IsolatedError: it does not read the file.
    """
    return _RUNTIMES.get(path.suffix.lower(), Keras)(path)
