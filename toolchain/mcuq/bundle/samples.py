"""Inputs that need no data, and what a model has to answer to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.bundle.settings import BUNDLES
from mcuq.content import ByContent
from mcuq.graph.indices import Limits, integer_span
from mcuq.importers.tflite.load import input_limits
from mcuq.importers.tflite.reader import read_model
from mcuq.numeric.element import Element
from mcuq.prequantized.answers import answers
from mcuq.tflite.excerpt import keeps_state

Stored = npt.NDArray[Any]
_TRUTH = np.array([2])
_REAL_STEP = 32
"""Reals are whole numbers of int8 over this: -4 to 4."""


@dataclass(frozen=True, eq=False)
class Questions(ByContent):
    """Attributes:
    inputs: stored values (runs, count), one array an input.
    expected: bytes of the outputs, (runs, bytes), one int8 array an output.
    steps: runs of each sequence, which begins with initial states; 0 where a model keeps none.
    """

    inputs: tuple[Stored, ...]
    expected: tuple[npt.NDArray[np.int8], ...]
    steps: int

    def begins(self, run: int) -> bool:
        """Whether the model's states are initial ones in front of a run."""
        return bool(self.steps) and run % self.steps == 0


@dataclass(frozen=True, eq=False)
class StoredInput(ByContent):
    """An input of a model.

    Attributes:
        dtype: of its values.
        count: how many there are.
        limits: what they lie below, from 0 on: where they are indices or truth values.
    """

    dtype: np.dtype[Any]
    count: int
    limits: Limits | None = None

    @property
    def least_limit(self) -> int | None:
        """What all of them may lie below."""
        return None if self.limits is None else int(self.limits.min())


def stored_inputs(flatbuffer: bytes) -> tuple[StoredInput, ...]:
    """The inputs of a model."""
    read = read_model(flatbuffer)
    tensors = [read.tensors[index] for index in read.inputs]
    dtypes = [np.dtype(tensor.dtype) for tensor in tensors]
    limits: Sequence[Limits | None] = (None,) * len(tensors)
    if Element.INT32.dtype in dtypes:
        limits = input_limits(flatbuffer)
    return tuple(
        StoredInput(dtype, math.prod(tensor.shape), _TRUTH if dtype == np.bool_ else limit)
        for dtype, tensor, limit in zip(dtypes, tensors, limits, strict=True)
    )


def questions(flatbuffer: bytes, seed: int) -> Questions:
    """Random inputs over the whole range of their type; indices are those of something.

    Raises:
        InputError: TensorFlow Lite Micro does not run the model, or is not there and has to be.
    """
    random = np.random.default_rng(seed)
    runs, steps = BUNDLES.samples, BUNDLES.steps if keeps_state(flatbuffer) else 0
    inputs = tuple(_values(random, one, runs) for one in stored_inputs(flatbuffer))
    given = [values.reshape(-1, steps, values.shape[1]) if steps else values for values in inputs]
    found = answers(flatbuffer, given, len(read_model(flatbuffer).outputs))
    expected = (np.ascontiguousarray(one.reshape(runs, -1)).view(np.int8) for one in found)
    return Questions(inputs, tuple(expected), steps)


def _values(random: np.random.Generator, stored: StoredInput, runs: int) -> Stored:
    dtype, shape = stored.dtype, (runs, stored.count)
    if dtype.kind == "f":
        return (random.integers(-128, 128, shape) / _REAL_STEP).astype(dtype)
    if dtype in (np.int8, np.int16):
        limits = np.iinfo(dtype)
        return random.integers(limits.min, limits.max, shape, endpoint=True).astype(dtype)
    low, high = integer_span(Element(dtype.name), stored.limits, (stored.count,))
    return random.integers(low, high, shape, endpoint=True).astype(dtype)
