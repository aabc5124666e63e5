"""A finished result, read back for the projects that are made from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.errors import InputError
from mcuq.importers.tflite.reader import read_model
from mcuq.report.store import read_manifest
from mcuq.result.manifest import Manifest
from mcuq.tflite.excerpt import keeps_state
from mcuq.tflite.micro import run_micro


@dataclass(frozen=True, eq=False)
class Built(ByContent):
    """What a project is made from.

    Attributes:
        folder: the directory that `mcuq build` wrote.
        flatbuffer: its model.tflite.
        kinds: TFLite operators in it, each once, sorted.
        inputs: type and number of values of each input.
        expected: bytes of the outputs, one flat int8 array an output, for inputs by `pattern`.
    """

    manifest: Manifest
    folder: Path
    flatbuffer: bytes
    kinds: tuple[str, ...]
    inputs: tuple[tuple[np.dtype[Any], int], ...]
    expected: tuple[npt.NDArray[np.int8], ...]

    @property
    def model_dir(self) -> Path:
        """The emitted C: model.c, model.h, kernels/ and include/."""
        return self.folder / "model"

    @property
    def sources(self) -> tuple[str, ...]:
        """C files below `model_dir`, sorted."""
        return self._below("*.c")

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers below `model_dir`, sorted."""
        return self._below("*.h")

    def _below(self, pattern: str) -> tuple[str, ...]:
        found = self.model_dir.rglob(pattern)
        return tuple(sorted(path.relative_to(self.model_dir).as_posix() for path in found))


def pattern(count: int, dtype: npt.DTypeLike = np.int8) -> npt.NDArray[Any]:
    """A fixed input that needs no data: byte i is 37 i + 11, wrapped to int8.

    Of integers these are the bytes in memory; of reals each byte is one value, in steps of 1/32.
    """
    wanted = np.dtype(dtype)
    bytes_ = count if wanted.kind == "f" else count * wanted.itemsize
    values = (np.arange(bytes_) * 37 + 11).astype(np.uint8).view(np.int8)
    return values.astype(wanted) / wanted.type(32) if wanted.kind == "f" else values.view(wanted)


def load_built(folder: Path) -> Built:
    """Read the directory that `mcuq build` wrote.

    Raises:
        InputError: it is not one, or it is not complete.
    """
    manifest = read_manifest(folder)
    model = folder / "model.tflite"
    if not model.is_file() or not (folder / "model" / "model.c").is_file():
        raise InputError(f"{folder}: model.tflite or model/ is missing", "build it again")
    flatbuffer = model.read_bytes()
    read = read_model(flatbuffer)
    inputs = tuple(
        (np.dtype(read.tensors[index].dtype), math.prod(read.tensors[index].shape))
        for index in read.inputs
    )
    one = (1, 1) if keeps_state(flatbuffer) else (1,)
    filled = [pattern(count, dtype).reshape(*one, -1) for dtype, count in inputs]
    expected = run_micro(flatbuffer, filled, len(read.outputs))
    return Built(
        manifest,
        folder,
        flatbuffer,
        tuple(sorted({op.kind for op in read.ops})),
        inputs,
        tuple(output.reshape(-1).view(np.int8) for output in expected),
    )
