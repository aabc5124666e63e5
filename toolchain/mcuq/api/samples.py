"""Samples that are in memory, or come batch by batch, as the file that every stage reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError

_HINT = (
    "give a path, an array of samples, (samples, labels), a mapping of arrays by name, or an "
    "iterable of such batches"
)


def samples_file(samples: object, path: Path, option: str) -> Path:
    """Where `samples` lie: the path that they are, or `path`, written here.

    Args:
        samples: a path; an array (samples, …); a pair of samples and labels, in which several
            inputs are a list of arrays; a mapping of arrays by name, as in an `.npz`; or an
            iterable of batches of one of these kinds, as data loaders are. Whatever NumPy makes
            an array of is one.
        path: of an `.npz` that may be written.
        option: what the samples are for, as an error calls them.

    Raises:
        InputError: they are none of it.
    """
    if isinstance(samples, str | Path):
        return Path(samples)
    np.savez(path, **_arrays(samples, option))  # type: ignore[arg-type]  # arrays by name
    return path


def _arrays(samples: object, option: str) -> dict[str, npt.NDArray[Any]]:
    found = _batch(samples, option)
    if found is not None:
        return found
    if not isinstance(samples, Iterable):
        raise InputError(f"{option}: {type(samples).__name__} holds no samples", _HINT)
    batches = []
    for number, one in enumerate(samples):
        # PyTorch's loaders make lists of their pairs.
        batch = _batch(tuple(one) if isinstance(one, list) else one, option)
        if batch is None:
            raise InputError(f"{option}: batch {number} is {type(one).__name__}, not arrays", _HINT)
        batches.append(batch)
    return _joined(batches, option)


def _batch(samples: object, option: str) -> dict[str, npt.NDArray[Any]] | None:
    """Arrays by their names in an `.npz`; None of what is not a batch."""
    if isinstance(samples, Mapping):
        return {str(name): _array(value, option) for name, value in samples.items()}
    if isinstance(samples, tuple) and len(samples) == 2:
        inputs, labels = samples
        return {**_inputs(inputs, option), "y": _array(labels, option)}
    if isinstance(samples, tuple) and len(samples) == 1:
        return _inputs(samples[0], option)
    return {"x": _array(samples, option)} if _is_array(samples) else None


def _inputs(inputs: object, option: str) -> dict[str, npt.NDArray[Any]]:
    """Of one input or, as a list or tuple of arrays, of several."""
    if isinstance(inputs, list | tuple) and inputs and all(map(_is_array, inputs)):
        if len(inputs) == 1:
            return {"x": _array(inputs[0], option)}
        return {f"x{number}": _array(one, option) for number, one in enumerate(inputs)}
    return {"x": _array(inputs, option)}


def _is_array(value: object) -> bool:
    """Of NumPy, or of a library whose arrays NumPy reads."""
    return hasattr(value, "__array__")


def _array(value: object, option: str) -> npt.NDArray[Any]:
    """Of a tensor that is trained, or on another device, its numbers."""
    for step in ("detach", "cpu"):
        if hasattr(value, step):
            value = getattr(value, step)()
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{option}: no array can be made of {type(value).__name__}: {error}", _HINT
        ) from error
    if array.dtype == object:
        raise InputError(f"{option} holds {type(value).__name__}, not an array of numbers", _HINT)
    return array


def _joined(batches: list[dict[str, npt.NDArray[Any]]], option: str) -> dict[str, npt.NDArray[Any]]:
    """Batches one after the other."""
    if not batches:
        raise InputError(f"{option} gives no batch", "a generator can be read once: make it anew")
    if any(batch.keys() != batches[0].keys() for batch in batches):
        raise InputError(
            f"{option}: not every batch holds {', '.join(batches[0])}", "make all batches alike"
        )
    try:
        return {name: np.concatenate([one[name] for one in batches]) for name in batches[0]}
    except ValueError as error:
        raise InputError(
            f"{option}: batches do not fit together: {error}",
            "the first axis of a batch counts its samples; the others are equal in all",
        ) from error
