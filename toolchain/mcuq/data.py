"""Samples and labels from disk, checked against the model's inputs before anything uses them.

Two layouts, the same names in both:

* one `.npz` file with `x` (or `x0`, `x1`, … or the input tensors' own names) and, where there
  are labels, `y`;
* a directory with `x.npy` (…) and `y.npy`, or with one `.npy` a sample, taken in name order.
"""

from __future__ import annotations

import hashlib
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.errors import InputError
from mcuq.graph import Graph, Tensor

_LAYOUT = "store the samples as 'x' (several inputs: 'x0', 'x1', …) and labels as 'y'"


@dataclass(frozen=True, eq=False)
class Dataset(ByContent):
    """Samples of every model input and, where known, what is right for them.

    Attributes:
        inputs: one float32 array (samples, *input shape without the batch) a model input.
        labels: numbers (samples, …): int64 or float64, or None.
    """

    inputs: tuple[npt.NDArray[np.float32], ...]
    labels: npt.NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self.inputs[0])

    def take(self, count: int) -> Dataset:
        """The first `count` samples."""
        labels = None if self.labels is None else self.labels[:count]
        return Dataset(tuple(x[:count] for x in self.inputs), labels)


def load_data(path: Path, graph: Graph) -> Dataset:
    """Read samples for `graph` and check them.

    Raises:
        InputError: missing or unreadable file, arrays that are missing, not numeric, not
            finite, empty, of different lengths, or not of the model's input shapes.
    """
    arrays = _read(path)
    names = _input_names(arrays, graph, path)
    tensors = [graph.tensors[name] for name in graph.inputs]
    inputs = tuple(
        _samples(arrays[name], tensor, f"{path}: {name!r}")
        for name, tensor in zip(names, tensors, strict=True)
    )
    labels = _labels(arrays["y"], path) if "y" in arrays else None
    _check_lengths({**dict(zip(names, inputs, strict=True)), "y": labels}, path)
    return Dataset(inputs, labels)


def fingerprint(path: Path) -> str:
    """SHA-256 of a file; of a directory, over its `.npy` files' names and contents."""
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    digest = hashlib.sha256()
    for member in sorted(path.glob("*.npy")):
        digest.update(f"{member.name}:{fingerprint(member)}\n".encode())
    return digest.hexdigest()


def _read(path: Path) -> Mapping[str, npt.NDArray[Any]]:
    if path.is_dir():
        return _read_directory(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file", "give an .npz file or a directory of .npy files")
    try:
        with np.load(path, allow_pickle=False) as archive:
            if isinstance(archive, np.ndarray):
                return {"x": archive}
            return {name: archive[name] for name in archive.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(
            f"{path}: not a readable .npz file ({_one_line(error)})", _LAYOUT
        ) from error


def _read_directory(path: Path) -> Mapping[str, npt.NDArray[Any]]:
    arrays = {member.stem: _read_npy(member) for member in sorted(path.glob("*.npy"))}
    if not arrays:
        raise InputError(f"{path}: no .npy files in this directory", _LAYOUT)
    if "x" in arrays or "x0" in arrays:
        return arrays
    labels = {"y": arrays.pop("y")} if "y" in arrays else {}
    shapes = {array.shape for array in arrays.values()}
    if len(shapes) != 1:
        raise InputError(
            f"{path}: samples of different shapes: {', '.join(map(str, sorted(shapes)))}", _LAYOUT
        )
    return {"x": np.stack(list(arrays.values())), **labels}


def _read_npy(path: Path) -> npt.NDArray[Any]:
    try:
        array: npt.NDArray[Any] = np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{path}: not a readable .npy file ({_one_line(error)})") from error
    return array


def _one_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _input_names(arrays: Mapping[str, object], graph: Graph, path: Path) -> tuple[str, ...]:
    """The arrays' names in the order of the graph's inputs."""
    count = len(graph.inputs)
    candidates = [graph.inputs, tuple(f"x{i}" for i in range(count))]
    if count == 1:
        candidates.append(("x",))
    for names in candidates:
        if all(name in arrays for name in names):
            return names
    wanted = "'x'" if count == 1 else " and ".join(f"'x{i}'" for i in range(count))
    found = ", ".join(sorted(map(str, arrays))) or "nothing"
    raise InputError(f"{path}: the model needs {wanted}, the data holds {found}", _LAYOUT)


def _samples(array: npt.NDArray[Any], tensor: Tensor, where: str) -> npt.NDArray[np.float32]:
    """`array` as float32 samples of `tensor`.

    Axes of length one may be left out or added; channels may come first, as in the data of a model
    that was NCHW before its front door made it NHWC.
    """
    if array.dtype.kind not in "fiub":
        raise InputError(
            f"{where} holds {array.dtype}, not numbers", "store it as float32 or uint8"
        )
    if array.ndim == 0 or len(array) == 0:
        raise InputError(f"{where} holds no samples")
    shape = tensor.shape[1:]
    if _is_channels_first(array.shape[1:], shape):
        array = np.moveaxis(array, 1, -1)
    if _without_ones(array.shape[1:]) != _without_ones(shape):
        raise InputError(
            f"{where} has samples of shape {array.shape[1:]}, "
            f"the model's input {tensor.name!r} takes {shape}",
            "reshape the data; the first axis counts the samples",
        )
    with np.errstate(over="ignore"):
        samples = array.astype(np.float32).reshape(len(array), *shape)
    finite = np.isfinite(samples.reshape(len(samples), math.prod(shape))).all(axis=1)
    if not finite.all():
        raise InputError(
            f"{where} holds NaN or infinity, first in sample {int(np.argmin(finite))}",
            "clean the data first",
        )
    return samples


def _is_channels_first(found: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether samples fit only with their first axis moved to the end."""
    moved = (*found[1:], *found[:1])
    return len(shape) > 1 and moved == shape and _without_ones(found) != _without_ones(shape)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def _labels(array: npt.NDArray[Any], path: Path) -> npt.NDArray[Any]:
    if array.dtype.kind not in "fiub" or array.ndim == 0:
        raise InputError(f"{path}: 'y' holds {array.dtype} of shape {array.shape}, not labels")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{path}: 'y' holds NaN or infinity", "clean the labels first")
    return array.astype(np.float64 if array.dtype.kind == "f" else np.int64)


def _check_lengths(arrays: Mapping[str, npt.NDArray[Any] | None], path: Path) -> None:
    lengths = {name: len(array) for name, array in arrays.items() if array is not None}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        raise InputError(f"{path}: arrays of different lengths ({found})")
