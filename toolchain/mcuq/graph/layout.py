"""How the model file arranges an input or output that the graph stores with channels last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Layout:
    """The axes of an input or output in the model file and in the graph.

    Attributes:
        file_shape: as the model file states it, batch included; an open batch is 1.
        order: the graph's dimension i is the file's dimension order[i]; the batch is first in
            both.
    """

    file_shape: tuple[int, ...]
    order: tuple[int, ...]

    @classmethod
    def same(cls, shape: tuple[int, ...]) -> Layout:
        """The layout of a tensor that the file and the graph store alike."""
        return cls(shape, tuple(range(len(shape))))

    @property
    def is_same(self) -> bool:
        """Whether the file and the graph name the axes in the same order."""
        return self.order == tuple(range(len(self.order)))

    @property
    def graph_shape(self) -> tuple[int, ...]:
        return tuple(self.file_shape[axis] for axis in self.order)

    def to_graph(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values (samples, *file_shape[1:]) as (samples, *graph_shape[1:])."""
        return values.transpose(self.order)

    def to_file(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values (samples, *graph_shape[1:]) as (samples, *file_shape[1:])."""
        return values.transpose(np.argsort(self.order, kind="stable"))
