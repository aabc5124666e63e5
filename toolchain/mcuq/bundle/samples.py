"""Inputs that need no data, and what TensorFlow Lite Micro answers to them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.importers.tflite.reader import read_model
from mcuq.tflite.micro import run_micro

Stored = npt.NDArray[Any]
_REAL_STEP = 32
"""Reals are whole numbers of int8 over this: -4 to 4."""


@dataclass(frozen=True, eq=False)
class Questions(ByContent):
    """Attributes:
    inputs: stored values (samples, count), one array an input.
    expected: bytes of the outputs, (samples, bytes), one int8 array an output.
    """

    inputs: tuple[Stored, ...]
    expected: tuple[npt.NDArray[np.int8], ...]


def stored_inputs(flatbuffer: bytes) -> tuple[tuple[np.dtype[Any], int], ...]:
    """Type and number of values of each input of a model."""
    read = read_model(flatbuffer)
    tensors = (read.tensors[index] for index in read.inputs)
    return tuple((np.dtype(tensor.dtype), math.prod(tensor.shape)) for tensor in tensors)


def questions(flatbuffer: bytes, samples: int, seed: int) -> Questions:
    """Random inputs over the whole range of their type; numbers that are no amounts are 0.

    Raises:
        InputError: TensorFlow Lite Micro does not run the model.
    """
    random = np.random.default_rng(seed)
    inputs = tuple(
        _values(random, dtype, (samples, count)) for dtype, count in stored_inputs(flatbuffer)
    )
    outputs = len(read_model(flatbuffer).outputs)
    found = run_micro(flatbuffer, inputs, outputs)
    expected = (np.ascontiguousarray(one.reshape(samples, -1)).view(np.int8) for one in found)
    return Questions(inputs, tuple(expected))


def _values(random: np.random.Generator, dtype: np.dtype[Any], shape: tuple[int, int]) -> Stored:
    if dtype.kind == "f":
        return (random.integers(-128, 128, shape) / _REAL_STEP).astype(dtype)
    if dtype in (np.int8, np.int16):
        limits = np.iinfo(dtype)
        return random.integers(limits.min, limits.max + 1, shape).astype(dtype)
    return np.zeros(shape, dtype)
