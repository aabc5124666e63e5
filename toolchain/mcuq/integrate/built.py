"""A finished result, or several in one image, read back for the projects that are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.bundle.join import LIBRARY
from mcuq.bundle.member import FLATBUFFER
from mcuq.bundle.samples import StoredInput, stored_inputs
from mcuq.bundle.store import is_bundle, read_bundle
from mcuq.content import ByContent
from mcuq.emit.c.names import DEFAULT, Names, emitted_models
from mcuq.errors import InputError
from mcuq.importers.tflite.reader import read_model
from mcuq.prequantized.answers import answers
from mcuq.report.store import read_manifest
from mcuq.tflite.excerpt import keeps_state
from mcuq.tflite.wheel import has_oracle

LIMITLESS = 256
"""What integers of `pattern` lie below where anything is taken."""


@dataclass(frozen=True, eq=False)
class BuiltModel(ByContent):
    """One model of a result.

    Attributes:
        names: what it is called in C.
        file: name of the file that it was built from.
        flatbuffer: its .tflite.
        kinds: TFLite operators in it, each once, sorted.
        inputs: of each run.
        expected: bytes of the outputs, one flat int8 array an output, for inputs by `pattern`.
        answered_by: whose word that is.
    """

    names: Names
    file: str
    flatbuffer: bytes
    kinds: tuple[str, ...]
    inputs: tuple[StoredInput, ...]
    expected: tuple[npt.NDArray[np.int8], ...]
    answered_by: str


@dataclass(frozen=True, eq=False)
class Built(ByContent):
    """What a project is made from.

    Attributes:
        folder: the directory that `mcuq build` or `mcuq bundle` wrote.
        board: name of the board that it was built for.
        stack_bytes: that its image reserves.
        models: sorted by name.
    """

    folder: Path
    board: str
    stack_bytes: int
    models: tuple[BuiltModel, ...]

    @property
    def library(self) -> str:
        """What build tools call the emitted C."""
        return self.models[0].names.word if len(self.models) == 1 else LIBRARY

    @property
    def title(self) -> str:
        """The files that it was built from."""
        return ", ".join(model.file for model in self.models)

    @property
    def model_dir(self) -> Path:
        """The emitted C: NAME.c and NAME.h of each model, kernels/ and include/."""
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


def pattern(stored: StoredInput) -> npt.NDArray[Any]:
    """A fixed input that needs no data: byte i is 37 i + 11, wrapped.

    Of int8 and int16 these are the bytes in memory; of reals each is one value, as int8 in steps
    of 1/32; of integers and truth values each is one value, too, modulo the limit if there is one.
    """
    dtype, count = stored.dtype, stored.count
    as_bytes = dtype in (np.int8, np.int16)
    values = (np.arange(count * dtype.itemsize if as_bytes else count) * 37 + 11).astype(np.uint8)
    if as_bytes:
        return values.view(dtype)
    if dtype.kind == "f":
        return np.asarray(values.view(np.int8).astype(dtype) / dtype.type(32))
    return (values % (stored.least_limit or LIMITLESS)).astype(dtype)


def load_built(folder: Path) -> Built:
    """Read the directory that `mcuq build` or `mcuq bundle` wrote.

    Raises:
        InputError: it is none, or it is not complete.
    """
    if is_bundle(folder):
        bundle = read_bundle(folder)
        models = tuple(
            _model(folder / f"{one.name}.tflite", Names(one.name), one.model)
            for one in bundle.models
        )
        built = Built(folder, bundle.target.name, bundle.result.stack_bytes, models)
    else:
        manifest = read_manifest(folder)
        names = next(iter(emitted_models(folder / "model")), Names(DEFAULT))
        model = _model(folder / FLATBUFFER, names, manifest.model)
        built = Built(folder, manifest.target.name, manifest.result.stack_bytes, (model,))
    _check_complete(built)
    return built


def _check_complete(built: Built) -> None:
    for model in built.models:
        if not (built.model_dir / model.names.source).is_file():
            raise InputError(f"{built.model_dir / model.names.source} is missing", "build it again")


def _model(path: Path, names: Names, file: str) -> BuiltModel:
    if not path.is_file():
        raise InputError(f"{path}: no such file", "build it again")
    flatbuffer = path.read_bytes()
    read, inputs = read_model(flatbuffer), stored_inputs(flatbuffer)
    one = (1, 1) if keeps_state(flatbuffer) else (1,)
    filled = [pattern(stored).reshape(*one, -1) for stored in inputs]
    expected = answers(flatbuffer, filled, len(read.outputs))
    return BuiltModel(
        names,
        file,
        flatbuffer,
        tuple(sorted({op.kind for op in read.ops})),
        inputs,
        tuple(output.reshape(-1).view(np.int8) for output in expected),
        "TensorFlow Lite Micro" if has_oracle() else "mcuq's own evaluation",
    )
