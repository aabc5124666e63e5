"""Values of an ONNX model, and the nodes that compute with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.importers.onnx.grid import Grid
from mcuq.shown import visible

Order = tuple[int, ...]


def channels_last(rank: int) -> Order:
    """The order that stores N, C, spatial… as N, spatial…, C."""
    return (0, *range(2, rank), 1) if rank > 2 else tuple(range(rank))


@dataclass(frozen=True, eq=False)
class NodeValue(ByContent):
    """A value as ONNX sees it, and how the graph stores it.

    Attributes:
        shape: ONNX's shape, batch included.
        name: the graph's tensor; empty for a constant.
        order: the graph's dimension i is ONNX's dimension order[i].
        data: a constant's values in ONNX's layout, else None.
        grid: what ONNX stores is integers on this grid; the graph has the reals behind them.
        before: the value of another shape that this one is a Reshape of.
    """

    shape: tuple[int, ...]
    name: str = ""
    order: Order = ()
    data: npt.NDArray[Any] | None = None
    grid: Grid | None = None
    before: NodeValue | None = None

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def stored(self) -> tuple[int, ...]:
        """The graph's shape."""
        return tuple(self.shape[axis] for axis in self.order)

    def position(self, axis: int) -> int:
        """Where ONNX's `axis`, maybe negative, is stored."""
        return self.order.index(axis % self.rank)


@dataclass(frozen=True)
class Node:
    """One node with its inputs in place; None where an optional one is absent.

    Attributes:
        index: position in the model.
        kind: the operator's name.
        opset: version of the default operator set.
        inputs: values read.
        outputs: names of the values written.
        attributes: by name; integers, floats, strings (as bytes), lists, arrays.
    """

    index: int
    kind: str
    opset: int
    inputs: tuple[NodeValue | None, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        output = self.outputs[0] if self.outputs else ""
        return f"node {self.index} {self.kind} (output {output!r})"

    @property
    def name(self) -> str:
        """Name for what the node adds to the graph."""
        return self.outputs[0]

    def has(self, number: int) -> bool:
        return number < len(self.inputs) and self.inputs[number] is not None

    def value(self, number: int = 0) -> NodeValue:
        """An input that is present."""
        value = self.inputs[number]
        assert value is not None
        return value

    def constant(self, number: int) -> npt.NDArray[Any] | None:
        """An input's constant values; None where it is absent or computed."""
        return self.value(number).data if self.has(number) else None

    def integers(self, name: str, default: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(int(value) for value in self.attributes.get(name, default))

    def integer(self, name: str, default: int) -> int:
        return int(self.attributes.get(name, default))

    def number(self, name: str, default: float) -> float:
        return float(self.attributes.get(name, default))

    def text(self, name: str, default: str) -> str:
        """A string, with what no terminal should obey as escapes."""
        value = self.attributes.get(name, default)
        text = value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)
        return visible(text)


Constraint = Callable[[Node], str | None]
