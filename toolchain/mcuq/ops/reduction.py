"""A maximum over some axes as MAX_POOL_2D between RESHAPEs, which cost nothing."""

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
    """The operators, one behind the other: a pool for each run of neighbouring `axes`, last first.

    Args:
        shape: of the input.
        axes: dimensions of 1 among them do not count.
        result: the shape that the last one gives.
    """
    chain: list[tuple[AnyOperator, Attrs]] = []
    left = list(shape)
    for start, end in _runs(shape, axes):
        count = math.prod(left[start:end])
        before, behind = math.prod(left[:start]), math.prod(left[end:])
        chain.append((RESHAPE, ReshapeAttrs((1, before, count, behind))))
        chain.append((MAX_POOL_2D, PoolAttrs((1, count), (1, count))))
        left[start:end] = [1] * (end - start)
    return (*chain, (RESHAPE, ReshapeAttrs(result)))


def _runs(shape: Shape, axes: Collection[int]) -> list[tuple[int, int]]:
    """(first, behind the last) of each run, from the last run on; one at least."""
    reduced = sorted(axis for axis in axes if shape[axis] != 1) or sorted(axes)[:1]
    runs: list[tuple[int, int]] = []
    for axis in reduced:
        apart = runs and math.prod(shape[runs[-1][1] : axis]) != 1
        if apart or not runs:
            runs.append((axis, axis + 1))
        else:
            runs[-1] = (runs[-1][0], axis + 1)
    return runs[::-1]
