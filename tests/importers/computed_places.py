"""Files of one operator whose place is an input, each with NumPy's own statement of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from as_given import affine
from hypothesis import strategies as st
from movement_file import Shape, drawn_shape
from tflite_files import File, opts

from mcuq.quantized import QuantizedGraph

Values = npt.NDArray[Any]


@dataclass(frozen=True)
class Placing:
    """DYNAMIC_UPDATE_SLICE.

    Attributes:
        shape, size: of the whole and of what replaces a part of it.
        fixed: which of the two is a constant, "" if none is.
        places: dtype of the place.
    """

    shape: Shape
    size: Shape
    fixed: str = ""
    places: str = "int32"

    def content(self, dtype: str) -> bytes:
        """The file; its inputs are what is no constant, the place last."""
        file, grid = File(), {} if dtype in ("float32", "int32") else affine(0.1)
        shapes = {"whole": self.shape, "part": self.size}
        tensors = {
            name: file.constant(name, self.constant(dtype), dtype, **grid)
            if name == self.fixed
            else file.tensor(name, shape, dtype, **grid)
            for name, shape in shapes.items()
        }
        place = file.tensor("place", (len(self.shape),), self.places)
        y = file.tensor("y", self.shape, dtype, **grid)
        operands = [*tensors.values(), place]
        file.op("DYNAMIC_UPDATE_SLICE", operands, y, opts("DynamicUpdateSlice"))
        return file.content([t for n, t in tensors.items() if n != self.fixed] + [place], [y])

    def constant(self, dtype: str) -> Values:
        shape = self.shape if self.fixed == "whole" else self.size
        return np.random.default_rng(7).integers(-100, 100, shape).astype(dtype)

    def samples(self, dtype: str, count: int) -> list[Values]:
        """Places inside, beyond either end, and as far out as integers go."""
        rng = np.random.default_rng(3)
        shapes = {"whole": self.shape, "part": self.size}
        values = [
            rng.integers(-100, 100, (count, *shape)).astype(dtype)
            for name, shape in shapes.items()
            if name != self.fixed
        ]
        place = rng.integers(-2, np.array(self.shape) + 2, (count, len(self.shape)))
        limits = np.iinfo(np.int32)
        place[1], place[2] = limits.min, limits.max
        return [*values, place.astype(self.places)]

    def expected(self, samples: list[Values], dtype: str) -> Values:
        given = list(samples[:-1])
        if self.fixed:
            constant = np.repeat(self.constant(dtype)[None], len(samples[0]), 0)
            given.insert(0 if self.fixed == "whole" else 1, constant)
        whole, part = given
        result = whole.copy()
        for number, place in enumerate(samples[-1].astype(np.int64)):
            start = np.clip(place, 0, np.array(self.shape) - np.array(self.size))
            slices = tuple(slice(s, s + n) for s, n in zip(start, self.size, strict=True))
            result[(number, *slices)] = part[number]
        return result


@dataclass(frozen=True)
class Tuples:
    """GATHER_ND.

    Attributes:
        shape: of what elements are taken from.
        indices: shape of the tuples.
        fixed: whether that is a constant.
    """

    shape: Shape
    indices: Shape
    fixed: bool

    def content(self, dtype: str) -> bytes:
        file, grid = File(), {} if dtype == "float32" else affine(0.1)
        x = (
            file.constant("x", self.constant(dtype), dtype, **grid)
            if self.fixed
            else file.tensor("x", self.shape, dtype, **grid)
        )
        indices = file.tensor("indices", self.indices, "int32")
        shape = (*self.indices[:-1], *self.shape[self.indices[-1] :])
        y = file.tensor("y", shape, dtype, **grid)
        file.op("GATHER_ND", [x, indices], y, opts("GatherNd"))
        return file.content([indices] if self.fixed else [x, indices], [y])

    def constant(self, dtype: str) -> Values:
        return np.random.default_rng(7).integers(-100, 100, self.shape).astype(dtype)

    @property
    def strides(self) -> npt.NDArray[np.int64]:
        depth = self.indices[-1]
        return np.array([math.prod(self.shape[d + 1 : depth]) for d in range(depth)])

    def samples(self, dtype: str, count: int) -> list[Values]:
        """Tuples of places inside; of some, single indices lie outside of their dimension."""
        rng = np.random.default_rng(3)
        sizes = np.array(self.shape[: self.indices[-1]])
        indices = rng.integers(0, sizes, (count, *self.indices))
        if len(sizes) > 1:
            moved = indices.copy()
            moved[..., 0] += 1
            moved[..., 1] -= sizes[1]
            chosen = rng.random(indices.shape[:-1]) < 0.3
            indices = np.where(chosen[..., None], moved, indices)
        given = [indices.astype(np.int32)]
        return given if self.fixed else [self._values(rng, dtype, count), *given]

    def expected(self, samples: list[Values], dtype: str) -> Values:
        """Elements by their places in the order of memory, the nearest of places outside."""
        depth = self.indices[-1]
        count = math.prod(self.shape[:depth])
        x = np.repeat(self.constant(dtype)[None], len(samples[0]), 0) if self.fixed else samples[0]
        places = np.clip(
            (samples[-1].astype(np.int64) @ self.strides).astype(np.int32), 0, count - 1
        )
        rows = x.reshape(len(x), count, *self.shape[depth:])
        return np.stack([row[place] for row, place in zip(rows, places, strict=True)])

    def _values(self, rng: np.random.Generator, dtype: str, count: int) -> Values:
        return rng.integers(-100, 100, (count, *self.shape)).astype(dtype)


def stored_inputs(qgraph: QuantizedGraph, samples: list[Values]) -> list[Values]:
    """Of each input, as our own evaluation takes it: int64 places are int32 ones."""
    tensors = [qgraph.tensors[name] for name in qgraph.inputs]
    return [
        values.astype(tensor.dtype).reshape(len(values), *tensor.shape[1:])
        for tensor, values in zip(tensors, samples, strict=True)
    ]


@st.composite
def placings(draw: st.DrawFn) -> Placing:
    shape = drawn_shape(draw, most=6)
    size = tuple(draw(st.integers(1, n)) for n in shape)
    fixed = draw(st.sampled_from(["", "whole", "part"]))
    return Placing(shape, size, fixed)


@st.composite
def tuples(draw: st.DrawFn) -> Tuples:
    fixed = draw(st.booleans())
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    shape = tuple(sizes) if fixed else (1, *sizes)
    depth = draw(st.integers(1, min(5, len(shape))))
    form = draw(st.sampled_from([(), (3,), (1, 4), (2, 3)]))
    return Tuples(shape, (*form, depth), fixed)
