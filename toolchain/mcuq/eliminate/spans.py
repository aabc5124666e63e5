"""Bounds of the channels of a result, from those of the operands: interval arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mcuq.eliminate.rows import Flags, Floats, bias, rows, scaled, sees_padding
from mcuq.eliminate.ties import Ties, width
from mcuq.graph import Graph, Op
from mcuq.ops.binary import ADD, MUL, SUB
from mcuq.ops.clip import CLIP
from mcuq.ops.extremes import MAXIMUM, MINIMUM
from mcuq.ops.mean import MEAN
from mcuq.ops.movement import CONCATENATION, PAD, RESHAPE, SQUEEZE, TRANSPOSE
from mcuq.ops.operand import Operand
from mcuq.ops.operator import AnyOperator
from mcuq.ops.padding import MIRROR_PAD
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D
from mcuq.ops.reduce_min import REDUCE_MIN
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.slicing import STRIDED_SLICE
from mcuq.ops.unary import LOGISTIC, RELU, RELU6, TANH
from mcuq.ops.weighted import DEPTHWISE_CONV_2D

_ROUNDING = 2.0**-52
"""Of one sum in float64."""


@dataclass(frozen=True, eq=False)
class Spans:
    """Least and largest value of each channel, at every position and whatever the input."""

    low: Floats
    high: Floats

    @property
    def largest(self) -> Floats:
        """Magnitude."""
        return np.maximum(np.abs(self.low), np.abs(self.high))

    @property
    def fixed(self) -> Flags:
        """Whether a channel is one value."""
        equal: Flags = self.low == self.high
        return equal

    def clipped(self, low: float, high: float) -> Spans:
        """Held between two values."""
        return Spans(np.clip(self.low, low, high), np.clip(self.high, low, high))

    def with_zero(self) -> Spans:
        """Zero beside them: what padding adds."""
        return Spans(np.minimum(self.low, 0.0), np.maximum(self.high, 0.0))


def anything(count: int) -> Spans:
    """Of channels of which nothing is known."""
    return Spans(np.full(count, -np.inf), np.full(count, np.inf))


def unmixed(graph: Graph, op: Op, operands: list[Spans], tied: Ties | None) -> Spans:
    """Of the result of an operator that mixes no channels, before a fused activation.

    Args:
        operands: of each input, constants too.
    """
    if op.kind is DEPTHWISE_CONV_2D and tied is not None:
        return _depthwise(graph, op, operands[0])
    if tied and op.kind in _SELECTING:
        return _selected(graph, op, operands, tied)
    if tied and op.kind in _MONOTONE:
        low, high = (_value(op, ends) for ends in (operands[0].low, operands[0].high))
        return Spans(low, high)
    formula = _BINARY.get(op.kind)
    return formula(*operands) if tied and formula else anything(width(graph, op.output))


def mixed(graph: Graph, op: Op, source: Spans, seen: Flags) -> Spans:
    """The same of one that does; `seen` as of `rows.shown`.

    Any products may be missing where a window reaches beyond the image.
    """
    ends = source.with_zero() if sees_padding(graph, op) else source
    weights = rows(graph, op) * seen[:, None, :]
    up, down = (part(weights, 0.0).sum(axis=1) for part in (np.maximum, np.minimum))
    low = scaled(up, ends.low) + scaled(down, ends.high)
    high = scaled(up, ends.high) + scaled(down, ends.low)
    return _sums(low, high, bias(graph, op), weights[0].size)


def _depthwise(graph: Graph, op: Op, source: Spans) -> Spans:
    data = graph.tensors[op.inputs[1]].data
    assert data is not None  # else there are no ties
    weights = data.reshape(-1, data.shape[-1]).astype(np.float64)
    repeated = weights.shape[1] // len(source.low)
    ends = Spans(*(np.repeat(x, repeated) for x in (source.low, source.high))).with_zero()
    up, down = (part(weights, 0.0).sum(axis=0) for part in (np.maximum, np.minimum))
    low = np.stack([scaled(up, ends.low), scaled(down, ends.high)], axis=1)
    high = np.stack([scaled(up, ends.high), scaled(down, ends.low)], axis=1)
    return _sums(low, high, bias(graph, op), len(weights))


def _sums(low: Floats, high: Floats, start: Floats, terms: int) -> Spans:
    """Rows of products, and a bias, with what rounding may have hidden."""

    def slack(products: Floats) -> Floats:
        sizes: Floats = np.abs(products).sum(axis=1) + np.abs(start)
        return np.where(products.any(axis=1), sizes * (terms + 1) * _ROUNDING, 0.0)

    return Spans(low.sum(axis=1) + start - slack(low), high.sum(axis=1) + start + slack(high))


def _selected(graph: Graph, op: Op, operands: list[Spans], tied: Ties) -> Spans:
    """Values of the operands, or means of them."""
    count = width(graph, op.output)
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    for name, spans in zip(op.inputs, operands, strict=True):
        before, after = tied[name]
        np.minimum.at(low, after, spans.low[before])
        np.maximum.at(high, after, spans.high[before])
    found = Spans(low, high)
    return found.with_zero() if op.kind is PAD else found


def _value(op: Op, values: Floats) -> Floats:
    form: Any = op.kind.float_form
    given: Any = values[None]  # in float64: only what is read as float32 is rounded to it
    found: Floats = form(op.attrs, [Operand(given)])[0].astype(np.float64)
    return found


def _product(a: Spans, b: Spans) -> Spans:
    ends = [scaled(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Spans(np.minimum.reduce(ends), np.maximum.reduce(ends))


_SELECTING = frozenset(
    {PAD, MIRROR_PAD, CONCATENATION, RESHAPE, SQUEEZE, TRANSPOSE, STRIDED_SLICE, MEAN, REDUCE_MIN}
    | {AVERAGE_POOL_2D, MAX_POOL_2D, RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR}
)
_MONOTONE = frozenset({RELU, RELU6, CLIP, LOGISTIC, TANH})
"""Functions of one argument that never fall."""
_BINARY: dict[AnyOperator, Callable[[Spans, Spans], Spans]] = {
    ADD: lambda a, b: Spans(a.low + b.low, a.high + b.high),
    SUB: lambda a, b: Spans(a.low - b.high, a.high - b.low),
    MUL: _product,
    MAXIMUM: lambda a, b: Spans(np.maximum(a.low, b.low), np.maximum(a.high, b.high)),
    MINIMUM: lambda a, b: Spans(np.minimum(a.low, b.low), np.minimum(a.high, b.high)),
}
