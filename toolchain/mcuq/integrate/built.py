"""A finished result, read back for the projects that are made from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.errors import InputError
from mcuq.importers.tflite.reader import read_model
from mcuq.report.store import read_manifest
from mcuq.result.manifest import Manifest
from mcuq.tflite.micro import run_micro


@dataclass(frozen=True, eq=False)
class Built(ByContent):
    """What a project is made from.

    Attributes:
        folder: the directory that `mcuq build` wrote.
        flatbuffer: its model.tflite.
        kinds: TFLite operators in it, each once, sorted.
        input_bytes: size of each input.
        expected: int8 outputs, one flat array an output, for inputs filled by `pattern`.
    """

    manifest: Manifest
    folder: Path
    flatbuffer: bytes
    kinds: tuple[str, ...]
    input_bytes: tuple[int, ...]
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


def pattern(count: int) -> npt.NDArray[np.int8]:
    """A fixed input that needs no data: byte i is 37 i + 11, wrapped to int8."""
    return (np.arange(count) * 37 + 11).astype(np.uint8).view(np.int8)


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
    sizes = tuple(math.prod(read.tensors[index].shape) for index in read.inputs)
    inputs = [pattern(size).reshape(1, -1) for size in sizes]
    expected = run_micro(flatbuffer, inputs, len(read.outputs))
    return Built(
        manifest,
        folder,
        flatbuffer,
        tuple(sorted({op.kind for op in read.ops})),
        sizes,
        tuple(output.reshape(-1) for output in expected),
    )
