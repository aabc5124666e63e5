"""What every model has to keep, whatever file it came from, to be quantized and built.

One list, checked where a model is loaded: what `mcuq inspect` accepts, no later stage refuses for
its operators and shapes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mcuq.graph import Graph, Op
from mcuq.importers.constraints import check
from mcuq.importers.refusals import Refusals
from mcuq.numeric.element import Element
from mcuq.ops.elements import compared, numbers, selected
from mcuq.ops.movement import PAD, TRANSPOSE
from mcuq.ops.padding import PADV2
from mcuq.ops.repetition import BROADCAST_TO
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.slicing import STRIDED_SLICE

_MOST_DIMENSIONS = {STRIDED_SLICE: 4, **dict.fromkeys((TRANSPOSE, PAD, PADV2, BROADCAST_TO), 5)}
"""Of TensorFlow Lite Micro's kernels."""
_DIMENSIONS = 6
"""Of all others: the kernels' `MCUQ_MAX_RANK`."""
_MOST_ELEMENTS = 2**31 - 1
_MOST_ROWS = 2**15 - 1
_RESIZES = frozenset({RESIZE_NEAREST_NEIGHBOR, RESIZE_BILINEAR})


@dataclass(frozen=True)
class _Placed:
    """An operator of a graph, as its constraints see it."""

    graph: Graph
    op: Op

    @property
    def where(self) -> str:
        return f"{self.op.kind.name} {self.op.output!r}"

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Of all operands and the result."""
        return [self.graph.tensors[name].shape for name in (*self.op.inputs, self.op.output)]


def check_buildable(graph: Graph) -> Graph:
    """The graph itself.

    Raises:
        InputError: an operator has more dimensions or elements than its kernel can hold, or
            computes with integers.
    """
    refusals = Refusals()
    for op in graph.ops:
        refusals.attempt(check, _Placed(graph, op), _CONSTRAINTS)
    refusals.check()
    return graph


def few_dimensions(placed: _Placed) -> str | None:
    """An operator has at most six dimensions, TRANSPOSE, PAD, PADV2 and BROADCAST_TO five,
    STRIDED_SLICE four.

    Merge dimensions with a reshape before it: neighbours that stay together, and those of size 1.
    """
    most = _MOST_DIMENSIONS.get(placed.op.kind, _DIMENSIONS)
    shape = max(placed.shapes, key=len)
    return None if len(shape) <= most else f"{len(shape)} dimensions: {shape}"


def few_elements(placed: _Placed) -> str | None:
    """A tensor holds at least one value and fewer than 2^31.

    Reduce the input's size.
    """
    for shape in placed.shapes:
        if not 0 < math.prod(shape) <= _MOST_ELEMENTS:
            return f"the shape is {shape}"
    return None


def short_axes(placed: _Placed) -> str | None:
    """A resize reads and writes at most 32,767 rows and columns.

    Reduce the input's size.
    """
    if placed.op.kind not in _RESIZES:
        return None
    largest = max(max(shape[1:3]) for shape in placed.shapes)
    return None if largest <= _MOST_ROWS else f"there are {largest}"


def known_integers(placed: _Placed) -> str | None:
    """int32 values are indices, counts and what moves them: no layer computes with them.

    Compute them before the model, or in float32.
    """
    if placed.op.kind.element not in (numbers, compared, selected):
        return None
    elements = [placed.graph.tensors[name].element for name in placed.op.inputs]
    return "an operand is int32" if Element.INT32 in elements else None


_CONSTRAINTS = (few_dimensions, few_elements, short_axes, known_integers)
