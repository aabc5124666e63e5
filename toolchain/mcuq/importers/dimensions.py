"""How many dimensions a tensor may have."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.graph import MAX_DIMENSIONS, Graph, Tensor
from mcuq.importers.constraints import check


@dataclass(frozen=True)
class _View:
    """A tensor as its constraint sees it."""

    tensor: Tensor

    @property
    def where(self) -> str:
        return f"tensor {self.tensor.name!r}"


def few_dimensions(view: _View) -> str | None:
    """A tensor has no more than five dimensions.

    Reshape it: put dimensions together that stay next to each other.
    """
    shape = view.tensor.shape
    return f"it has {len(shape)}: {shape}" if len(shape) > MAX_DIMENSIONS else None


def check_dimensions(graph: Graph) -> None:
    """Raise InputError where TensorFlow Lite Micro could not hold a tensor's shape."""
    for tensor in graph.tensors.values():
        check(_View(tensor), (few_dimensions,))
