"""A maximum over some axes as MAX_POOL_2D between two RESHAPEs, which cost nothing."""

from __future__ import annotations

import math
from collections.abc import Collection

from mcuq.ops.attrs import Attrs
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.pooling import MAX_POOL_2D, PoolAttrs

Shape = tuple[int, ...]


def neighbours(shape: Shape, axes: Collection[int]) -> bool:
    """Whether `axes` lie next to each other; dimensions of 1 do not count."""
    kept = [axis in axes for axis, size in enumerate(shape) if size != 1]
    changes = sum(a != b for a, b in zip([False, *kept], [*kept, False], strict=True))
    return changes <= 2


def largest_over(
    shape: Shape, axes: Collection[int], result: Shape
) -> tuple[tuple[AnyOperator, Attrs], ...]:
    """The operators, one behind the other, for neighbouring `axes` of an input of `shape`.

    Args:
        result: the shape that the last one gives.
    """
    reduced = [axis for axis in axes if shape[axis] != 1] or list(axes)[:1]
    before = math.prod(shape[: min(reduced)])
    behind = math.prod(shape[max(reduced) + 1 :])
    count = math.prod(shape) // max(before * behind, 1)
    return (
        (RESHAPE, ReshapeAttrs((1, before, count, behind))),
        (MAX_POOL_2D, PoolAttrs((1, count), (1, count))),
        (RESHAPE, ReshapeAttrs(result)),
    )
