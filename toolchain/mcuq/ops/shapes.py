"""Checks that shape rules share: ValueError, one line, where shapes do not fit."""

from __future__ import annotations

from collections.abc import Sequence

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
