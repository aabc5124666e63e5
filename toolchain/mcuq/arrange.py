"""Arrays of the user's in the model file's own layout: the one rule, and where it leaves a doubt.

An array whose samples have exactly the shape that the model file states is in the file's layout,
whatever its sizes are. Axes of length one may be left out or added. Channels may stand at the
other end (first where the file has them last, and the reverse), but only where no reading in the
file's own order fits: where both do and would give different data, the array is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.errors import InputError
from mcuq.graph import Layout

Array = npt.NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class _Reading:
    """The array's axes, ones left out, as axes of the file.

    Attributes:
        shape: of a sample in this order.
        perm: position in `shape` of each of the file's axes.
    """

    shape: Shape
    perm: Shape

    @property
    def moved(self) -> Shape:
        """`perm` over the axes that are not of length one: equal ones give equal data."""
        kept = [axis for axis in self.perm if self.shape[axis] != 1]
        return tuple(sorted(kept).index(axis) for axis in kept)


def in_file_layout(array: Array, layout: Layout, where: str) -> Array | None:
    """`array` as (samples, *layout.file_shape[1:]); None where its shape fits in no way.

    Args:
        array: the first axis counts the samples.
        where: names the array in errors.

    Raises:
        InputError: two readings fit and differ; names both.
    """
    file, found = layout.file_shape[1:], array.shape[1:]
    if found == file:
        return array
    own, other = _Reading(file, tuple(range(len(file)))), _other(layout)
    readings = [r for r in (own, other) if r and _without_ones(r.shape) == _without_ones(found)]
    if not readings:
        return None
    if len({reading.moved for reading in readings}) > 1:
        raise InputError(
            f"{where} has samples of shape {found}: they could be {file}, as in the model file, or "
            f"{readings[1].shape}, with the channels at the other end",
            f"store them with the shape of the model file: {file}",
        )
    shape, perm = readings[0].shape, readings[0].perm
    return np.transpose(array.reshape(len(array), *shape), (0, *(axis + 1 for axis in perm)))


def _other(layout: Layout) -> _Reading | None:
    """Channels at the other end; None where there is none."""
    file = layout.file_shape[1:]
    if len(file) < 2:
        return None
    if layout.is_same:  # channels last, or no channels at all: they may come first
        return _Reading((file[-1], *file[:-1]), (*range(1, len(file)), 0))
    order = tuple(axis - 1 for axis in layout.order[1:])
    return _Reading(
        tuple(file[axis] for axis in order), tuple(map(int, np.argsort(order, kind="stable")))
    )


def _without_ones(shape: Shape) -> Shape:
    return tuple(n for n in shape if n != 1)
