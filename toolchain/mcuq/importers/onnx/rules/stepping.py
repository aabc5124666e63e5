"""Arithmetic on one step of a recurrent layer: rows that are computed, or constant."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.builder import GraphBuilder
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import ADD, MUL, SUB, BinaryAttrs
from mcuq.ops.operand import Operand
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.ops.slicing import STRIDED_SLICE, StridedSliceAttrs
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.ops.weighted_params import FullyConnectedAttrs

Array = npt.NDArray[Any]
Value = str | Array
"""A tensor of the graph, (1, n) or (rows, n), or a constant of that shape."""


class Stepping:
    """Adds operators to a graph under a name; what is constant is computed at once.

    Weights are added once, whichever step uses them.
    """

    def __init__(self, build: GraphBuilder, name: str) -> None:
        self._build = build
        self._name = name
        self._known: dict[tuple[bytes, tuple[int, ...]], str] = {}

    def dense(self, value: Value, weights: Array, bias: Array | None = None) -> Value:
        """value × weightsᵀ + bias."""
        if not isinstance(value, str):
            return value @ weights.T + (0.0 if bias is None else bias)
        operands = [value, self._constant(weights, "weights")]
        if bias is not None and bias.any():
            operands.append(self._constant(bias, "bias"))
        return self._build.op(FULLY_CONNECTED, FullyConnectedAttrs(), operands, self._name)

    def row(self, rows: Value, number: int) -> Value:
        """One row of several."""
        return self._sliced(rows, (number, number + 1), None)

    def part(self, value: Value, first: int, end: int) -> Value:
        """Columns `first` to `end`."""
        return self._sliced(value, None, (first, end))

    def function(self, kind: AnyOperator, value: Value) -> Value:
        """An operator without attributes."""
        if isinstance(value, str):
            return self._build.op(kind, NoAttrs(), [value], self._name)
        assert not isinstance(kind.float_form, NoForm)
        found: Array = kind.float_form(NoAttrs(), [Operand(value[None].astype(np.float32))])
        return found.reshape(value.shape)

    def sum(self, a: Value, b: Value) -> Value:
        """a + b."""
        if not isinstance(a, str) and not isinstance(b, str):
            return a + b
        for one, other in ((a, b), (b, a)):
            if not isinstance(one, str) and not one.any():
                return other
        return self._binary(ADD, a, b)

    def difference(self, a: Value, b: Value) -> Value:
        """a - b."""
        if not isinstance(a, str) and not isinstance(b, str):
            return a - b
        return self._binary(SUB, a, b)

    def product(self, a: Value, b: Value) -> Value:
        """a × b, element by element."""
        if not isinstance(a, str) and not isinstance(b, str):
            return a * b
        for one in (a, b):
            if not isinstance(one, str) and not one.any():
                return one
        return self._binary(MUL, a, b)

    def _binary(self, kind: AnyOperator, a: Value, b: Value) -> str:
        return self._build.op(kind, BinaryAttrs(), [self._named(a), self._named(b)], self._name)

    def _named(self, value: Value) -> str:
        return value if isinstance(value, str) else self._constant(value, "constant")

    def _sliced(
        self, value: Value, rows: tuple[int, int] | None, columns: tuple[int, int] | None
    ) -> Value:
        shape = self._build.shape(value) if isinstance(value, str) else value.shape
        (top, bottom), (left, right) = rows or (0, shape[0]), columns or (0, shape[1])
        if (bottom - top, right - left) == shape:
            return value
        if not isinstance(value, str):
            return value[top:bottom, left:right]
        attrs = StridedSliceAttrs((top, left), (bottom, right), (1, 1))
        return self._build.op(STRIDED_SLICE, attrs, [value], self._name)

    def _constant(self, values: Array, what: str) -> str:
        data = np.ascontiguousarray(values, np.float32)
        key = (data.tobytes(), data.shape)
        if key not in self._known:
            self._known[key] = self._build.constant(data, f"{self._name}/{what}")
        return self._known[key]
