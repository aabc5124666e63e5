"""What every model has to keep, whatever file it came from, to be quantized and built.

One list, checked where a model is loaded: what `mcuq inspect` accepts, no later stage refuses for
its operators and shapes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mcuq.graph import Graph, Op, Tensor
from mcuq.importers.constraints import check
from mcuq.importers.refusals import Refusals
from mcuq.numeric.element import Element
from mcuq.ops.elements import compared, numbers, selected
from mcuq.ops.movement import PAD, TRANSPOSE
from mcuq.ops.padding import PADV2
from mcuq.ops.pooling import PoolAttrs
from mcuq.ops.repetition import BROADCAST_TO
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.slicing import STRIDED_SLICE
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs
from mcuq.ops.window import Axis, window_axes
from mcuq.settings import READING

_MOST_DIMENSIONS = {STRIDED_SLICE: 4, **dict.fromkeys((TRANSPOSE, PAD, PADV2, BROADCAST_TO), 5)}
"""Of TensorFlow Lite Micro's kernels."""
_DIMENSIONS = 6
"""Of all others: the kernels' `MCUQ_MAX_RANK`."""
_MOST_STORED = 2**31 - 1
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
    def tensors(self) -> list[Tensor]:
        """All operands and the result."""
        return [self.graph.tensors[name] for name in (*self.op.inputs, self.op.output)]

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Of all operands and the result."""
        return [tensor.shape for tensor in self.tensors]


def check_buildable(graph: Graph) -> Graph:
    """The graph itself.

    Raises:
        InputError: an operator has more dimensions or elements than its kernel can hold, or
            computes with integers.
    """
    refusals = Refusals()
    for op in graph.ops:
        refusals.attempt(check, _Placed(graph, op), KEPT)
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
    """A tensor holds at least one value and, where it is computed, at most 2^24.

    Reduce the input's size.
    """
    for tensor in placed.tensors:
        most = _MOST_STORED if tensor.is_constant else READING.tensor_elements
        if not 0 < tensor.size <= most:
            return f"the shape is {tensor.shape}"
    return None


def near_windows(placed: _Placed) -> str | None:
    """A window and the padding that it reaches hold at most 2^24 values.

    Use a smaller filter, or less dilation.
    """
    spatial = _slid_over(placed)
    if spatial is None:
        return None
    rows, columns = spatial
    channels = placed.tensors[0].shape[-1]
    reached = [axis.size + axis.before + axis.after for axis in (rows, columns)]
    if channels * math.prod(reached) <= READING.tensor_elements:
        return None
    return f"it reaches over {reached[0]} × {reached[1]}"


def _slid_over(placed: _Placed) -> tuple[Axis, Axis] | None:
    """Height and width of the image that an operator slides a window over, None of any other."""
    attrs, images = placed.op.attrs, placed.tensors[0].shape
    if isinstance(attrs, PoolAttrs):
        return window_axes(attrs, (images[1], images[2]), attrs.filter)
    if isinstance(attrs, ConvAttrs | DepthwiseConvAttrs):
        _, height, width, _ = placed.tensors[1].shape
        return window_axes(attrs, (images[1], images[2]), (height, width))
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


KEPT = (few_dimensions, few_elements, short_axes, near_windows, known_integers)
"""Of every operator, in this order."""
