"""Candidates on disk: a sealed file for each method, named by the hash of all they depend on."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph
from mcuq.ptq.candidates.recipe import Recipe
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config, WeightChoice
from mcuq.quantize.weights import QuantizedWeight

_VERSION = 4
"""Counts changes of the algorithms and of the file: older files are not looked at."""

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


def cut_key(key: str, cut: Mapping[str, npt.NDArray[np.bool_]]) -> str:
    """The same of filters that read some channels only."""
    digest = hashlib.sha256(key.encode())
    for name, kept in sorted(cut.items()):
        digest.update(f"{name} {kept.shape}".encode())
        digest.update(kept.tobytes())
    return digest.hexdigest()


def entry_name(key: str, choice: WeightChoice, recipe: Recipe) -> str:
    """What a method's candidates are called."""
    per = "" if choice.per == "channel" else f" per {choice.per}"
    settings = " ".join(f"{f.name}={getattr(recipe, f.name)}" for f in fields(recipe))
    digest = hashlib.sha256(f"{key} {choice.bits} {settings}{per}".encode()).hexdigest()
    return f"int{choice.bits}-{choice.method}-{digest[:32]}"


def packed(weights: Weights) -> bytes:
    """A method's candidates as the content of an `.npz` file."""
    arrays: dict[str, npt.NDArray[Any]] = {"names": np.array(list(weights))}
    for number, weight in enumerate(weights.values()):
        arrays[f"values{number}"] = weight.values
        arrays[f"scale{number}"] = weight.scale
        if weight.bias is not None:
            arrays[f"bias{number}"] = weight.bias
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def unpacked(data: bytes) -> dict[str, QuantizedWeight]:
    """What `packed` gave; `data` has been verified."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        names = [str(name) for name in arrays["names"]]
        return {name: _weight(arrays, number) for number, name in enumerate(names)}


def _weight(arrays: Any, number: int) -> QuantizedWeight:
    bias = arrays[f"bias{number}"] if f"bias{number}" in arrays.files else None
    return QuantizedWeight(arrays[f"values{number}"], arrays[f"scale{number}"], bias)
