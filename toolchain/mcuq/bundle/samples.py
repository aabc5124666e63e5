"""Inputs that need no data, and what TensorFlow Lite Micro answers to them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.bundle.settings import BUNDLES
from mcuq.content import ByContent
from mcuq.graph.indices import index_limits, integer_span
from mcuq.importers.tflite import load_tflite
from mcuq.importers.tflite.reader import read_model
from mcuq.numeric.element import Element
from mcuq.tflite.excerpt import keeps_state
from mcuq.tflite.micro import run_micro

Stored = npt.NDArray[Any]
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


def stored_inputs(flatbuffer: bytes) -> tuple[tuple[np.dtype[Any], int], ...]:
    """Type and number of values of each input of a model."""
    read = read_model(flatbuffer)
    tensors = (read.tensors[index] for index in read.inputs)
    return tuple((np.dtype(tensor.dtype), math.prod(tensor.shape)) for tensor in tensors)


def questions(flatbuffer: bytes, seed: int) -> Questions:
    """Random inputs over the whole range of their type; indices are those of something.

    Raises:
        InputError: TensorFlow Lite Micro does not run the model.
    """
    random = np.random.default_rng(seed)
    runs, steps = BUNDLES.samples, BUNDLES.steps if keeps_state(flatbuffer) else 0
    stored = stored_inputs(flatbuffer)
    inputs = tuple(
        _values(random, dtype, (runs, count), limit)
        for (dtype, count), limit in zip(stored, _limits(flatbuffer, stored), strict=True)
    )
    given = [values.reshape(-1, steps, values.shape[1]) if steps else values for values in inputs]
    found = run_micro(flatbuffer, given, len(read_model(flatbuffer).outputs))
    expected = (np.ascontiguousarray(one.reshape(runs, -1)).view(np.int8) for one in found)
    return Questions(inputs, tuple(expected), steps)


def _limits(
    flatbuffer: bytes, stored: Sequence[tuple[np.dtype[Any], int]]
) -> tuple[int | None, ...]:
    """What the values of each input lie below, where they index something."""
    if not any(dtype == Element.INT32.dtype for dtype, _ in stored):
        return (None,) * len(stored)
    graph = load_tflite(flatbuffer)
    limits = index_limits(graph.ops, graph.tensors)
    return tuple(limits.get(name) for name in graph.inputs)


def _values(
    random: np.random.Generator, dtype: np.dtype[Any], shape: tuple[int, int], limit: int | None
) -> Stored:
    if dtype.kind == "f":
        return (random.integers(-128, 128, shape) / _REAL_STEP).astype(dtype)
    if dtype in (np.int8, np.int16):
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    else:
        low, high = integer_span(Element(dtype.name), limit)
    return random.integers(low, high, shape, endpoint=True).astype(dtype)
