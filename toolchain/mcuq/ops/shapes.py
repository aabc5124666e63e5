"""Shapes: checks that rules share (ValueError, one line, where they do not fit), and what moves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mcuq.ops.operator import Shape


def of_rank(shape: Shape, rank: int, role: str) -> Shape:
    """The shape, if it has `rank` dimensions; `role` is the tensor's, for the message."""
    if len(shape) != rank:
        raise ValueError(f"the {role} has {len(shape)} dimensions, not {rank}")
    return shape


def check_axes(axes: Sequence[int], shape: Shape) -> None:
    """Raises where axes are doubled or not dimensions of `shape`."""
    if any(not 0 <= axis < len(shape) for axis in axes) or len(set(axes)) != len(axes):
        raise ValueError(f"axes {tuple(axes)} do not fit {len(shape)} dimensions")


def collapsed(shape: Shape, perm: Shape) -> tuple[Shape, Shape]:
    """The fewest dimensions that move the same elements, and their permutation."""
    real = [axis for axis, size in enumerate(shape) if size != 1]
    following = dict(pairwise(real))
    groups: list[list[int]] = []
    for axis in (axis for axis in perm if shape[axis] != 1):
        if groups and following.get(groups[-1][-1]) == axis:
            groups[-1].append(axis)
        else:
            groups.append([axis])
    ordered = sorted(groups)
    sizes = [1] * len(ordered)
    for number, group in enumerate(ordered):
        for axis in group:
            sizes[number] *= shape[axis]
    return tuple(sizes), tuple(ordered.index(group) for group in groups)
