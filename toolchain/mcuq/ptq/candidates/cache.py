"""Candidates on disk: one file a method, named by the hash of all that they depend on."""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph
from mcuq.ptq.candidates.recipe import Recipe
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config, WeightChoice
from mcuq.quantize.weights import QuantizedWeight

_VERSION = 3
"""Counts changes of the algorithms: older files are not looked at."""

Weights = Mapping[str, QuantizedWeight]


def content_key(
    graph: Graph, ranges: RangeSource, config: Config, inputs: Sequence[npt.NDArray[Any]]
) -> str:
    """SHA-256 of the model, the ranges that the observers give, and the samples."""
    digest = hashlib.sha256(f"{_VERSION} {graph.inputs} {graph.outputs}".encode())
    for name, tensor in sorted(graph.tensors.items()):
        digest.update(f"{name} {tensor.shape}".encode())
        if tensor.data is not None:
            digest.update(np.ascontiguousarray(tensor.data).tobytes())
    for op in graph.ops:
        digest.update(repr(op).encode())
    for name in graph.activations:
        digest.update(repr(ranges.range(name, config.observer(name))).encode())
    digest.update(f"{config.activations} {config.activation_bits}".encode())
    for array in inputs:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def file_for(folder: Path, key: str, choice: WeightChoice, recipe: Recipe) -> Path:
    """Where a method's candidates belong."""
    per = "" if choice.per == "channel" else f" per {choice.per}"
    settings = " ".join(f"{f.name}={getattr(recipe, f.name)}" for f in fields(recipe))
    digest = hashlib.sha256(f"{key} {choice.bits} {settings}{per}".encode()).hexdigest()
    return folder / f"int{choice.bits}-{choice.method}-{digest[:32]}.npz"


def store(path: Path, weights: Weights) -> None:
    """Write all at once: a reader sees the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, npt.NDArray[Any]] = {"names": np.array(list(weights))}
    for number, weight in enumerate(weights.values()):
        arrays[f"values{number}"] = weight.values
        arrays[f"scale{number}"] = weight.scale
        if weight.bias is not None:
            arrays[f"bias{number}"] = weight.bias
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def load(path: Path, graph: Graph) -> dict[str, QuantizedWeight] | None:
    """A method's candidates, or None where the file is missing, damaged or of another model."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            names = [str(name) for name in arrays["names"]]
            found = {name: _weight(arrays, number) for number, name in enumerate(names)}
    except (OSError, ValueError, KeyError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error):
        return None
    fits = all(
        name in found and found[name].values.shape == graph.tensors[name].shape
        for name in graph.weights
    )
    return found if fits else None


def _weight(arrays: Any, number: int) -> QuantizedWeight:
    bias = arrays[f"bias{number}"] if f"bias{number}" in arrays.files else None
    return QuantizedWeight(arrays[f"values{number}"], arrays[f"scale{number}"], bias)
