"""A file of one operator that moves values, with NumPy's own statement of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from as_given import affine
from hypothesis import strategies as st
from tflite_files import File, opts

Values = npt.NDArray[Any]
Shape = tuple[int, ...]
Moves = Callable[[Values], list[Values]]


@dataclass(frozen=True)
class Movement:
    """An operator on a tensor of some shape.

    Attributes:
        kind: the operator.
        shape: of its input.
        moves: input → outputs.
        operands: of the operator by number, where they are constants; the input stands at the
            first number that is missing.
        values: further operands that are real constants, by number.
        options: of the operator.
        zero_point: of int8 values.
    """

    kind: str
    shape: Shape
    moves: Moves
    operands: dict[int, Any]
    values: dict[int, Values]
    options: Any = None
    zero_point: int = 3

    def content(self, dtype: str) -> bytes:
        """The file with values of this type."""
        zero_point = self.zero_point if dtype == "int8" else 0
        quantized = {} if dtype == "float32" else affine(0.1, zero_point)
        file = File()
        x = file.tensor("x", self.shape, dtype, **quantized)
        inputs = {number: file.constant(f"c{number}", v) for number, v in self.operands.items()}
        for number, values in self.values.items():
            inputs[number] = file.constant(f"v{number}", values, dtype, **quantized)
        count = len(inputs) + 1
        operands = [inputs.get(number, x) for number in range(count)]
        results = [
            file.tensor(f"y{number}", y.shape, dtype, **quantized)
            for number, y in enumerate(self.moves(np.zeros(self.shape, np.int8)))
        ]
        file.operator(self.kind, operands, results, self.options)
        return file.content([x], results)


def one(move: Callable[[Values], Values]) -> Moves:
    """Of an operator with one output."""
    return lambda x: [move(x)]


def drawn_shape(draw: st.DrawFn, least: int = 2, most: int = 4) -> Shape:
    """A batch of one, and some dimensions more."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=least - 1, max_size=most - 1))
    return (1, *sizes)


def drawn_axis(draw: st.DrawFn, shape: Shape) -> int:
    """Any but the batch, counted from either end."""
    axis = draw(st.integers(1, len(shape) - 1))
    return axis - len(shape) if draw(st.booleans()) else axis


def detector() -> bytes:
    """A detector's scores beside its anchors: a grid, scaled, shifted, put together, EXP."""
    file, rng = File(), np.random.default_rng(0)
    x = file.tensor("x", (1, 6))
    scores = file.op("RELU", [x], file.tensor("scores", (1, 6)))
    centres = file.constant("centres", rng.normal(size=(6, 2)), "float32")
    sizes = file.constant("sizes", rng.normal(size=(6, 2)), "float32")
    stride = file.constant("stride", [[0.5]], "float32")
    scaled = file.op("MUL", [centres, stride], file.tensor("scaled", (6, 2)), opts("Mul"))
    wide = file.op("LOGISTIC", [sizes], file.tensor("wide", (6, 2)))
    joined = file.tensor("anchors", (6, 4))
    file.op("CONCATENATION", [scaled, wide], joined, opts("Concatenation", axis=1))
    stored = file.constant("stored", rng.normal(size=(3, 2)), "float32")
    return file.content([x], [scores, joined, stored])
