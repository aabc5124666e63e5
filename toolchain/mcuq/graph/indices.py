"""How large computed indices may be."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mcuq.graph.graph import Op
from mcuq.numeric.element import Element
from mcuq.ops.elements import unchanged
from mcuq.ops.gather_nd import GATHER_ND
from mcuq.ops.gathering import GATHER
from mcuq.ops.movement import RESHAPE, SQUEEZE
from mcuq.ops.operator import AnyOperator, Shape
from mcuq.ops.update import DYNAMIC_UPDATE_SLICE

Limits = npt.NDArray[np.int64]
"""What the integers of a tensor lie below, from 0 on, one after the other as long as it goes on:
one number for all of them, or one for each dimension that is indexed."""
_EXACT = 1 << 24
"""Integers up to it are exact in float32."""


def integer_span(element: Element, limits: Limits | None, shape: Shape) -> tuple[Limits, Limits]:
    """Least and largest of each value that a tensor of integers or truth values is tried with.

    Args:
        element: INT32 or BOOL.
        limits: what `index_limits` says of it, if anything.
        shape: of the tensor, of which the values are given.
    """
    if element is Element.INT32 and limits is None:
        return np.full(shape, -_EXACT), np.full(shape, _EXACT)
    below = np.full(1, 2) if element is Element.BOOL or limits is None else limits
    return np.zeros(shape, np.int64), spread(below, shape) - 1


def spread(limits: Limits, shape: Shape) -> Limits:
    """The limit of each value of a tensor, or of samples of it: (…, *shape)."""
    return np.resize(limits, shape)


class _Shaped(Protocol):
    @property
    def shape(self) -> Shape: ...
    @property
    def element(self) -> Element: ...


def index_limits(ops: Sequence[Op], tensors: Mapping[str, _Shaped]) -> dict[str, Limits]:
    """Tensor of integers → what they lie below; those that index nothing are not there.

    Args:
        ops: in execution order.
        tensors: what they read and write.
    """
    limits: dict[str, Limits] = {}

    def limit(name: str, sizes: Limits) -> None:
        if tensors[name].element is Element.INT32:
            others = limits.get(name, sizes)
            length = math.lcm(len(sizes), len(others))
            limits[name] = np.minimum(np.resize(sizes, length), np.resize(others, length))

    for op in reversed(ops):
        if op.kind in _INDEXED:
            shapes = [tensors[name].shape for name in op.inputs]
            if (sizes := _INDEXED[op.kind](op.attrs, shapes)) is not None:
                limit(op.inputs[-1], np.array(sizes, np.int64))
        elif op.kind.element is unchanged and op.output in limits:
            found = limits[op.output]
            # Others than these put values elsewhere: whichever it is may be the largest.
            kept = found if op.kind in (RESHAPE, SQUEEZE) else found.max(keepdims=True)
            for name in op.inputs:
                limit(name, kept)
    return limits


_INDEXED: dict[AnyOperator, Callable[[Any, Sequence[Shape]], Shape | None]] = {
    GATHER: lambda attrs, shapes: (shapes[0][attrs.axis],),
    GATHER_ND: lambda attrs, shapes: shapes[0][: shapes[1][-1]],
    DYNAMIC_UPDATE_SLICE: lambda attrs, shapes: shapes[0] if attrs.start is None else None,
}
"""Sizes of the dimensions that the last operand indexes, in turn; None where it indexes none."""
