"""A graph under construction: operators are appended, their shapes inferred, names kept unique."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph, Layout, Op, State, Tensor
from mcuq.importers.budget import ConstantBudget
from mcuq.importers.names import UniqueNames
from mcuq.numeric.element import Element
from mcuq.ops.attrs import Attrs
from mcuq.ops.operator import AnyOperator
from mcuq.settings import READING


class GraphBuilder:
    """Collects tensors and operators in execution order."""

    def __init__(self) -> None:
        self._names = UniqueNames()
        self._tensors: dict[str, Tensor] = {}
        self._ops: list[Op] = []
        self._inputs: list[str] = []
        self._states: dict[str, State] = {}
        self._layouts: dict[str, Layout] = {}
        self._ranges: dict[str, tuple[float, float]] = {}
        self.budget = ConstantBudget()

    def input(self, shape: tuple[int, ...], name: str, element: Element = Element.REAL) -> str:
        """Add an input of the model; its name in the graph."""
        taken = self._names.take(name, "input")
        self._tensors[taken] = Tensor(taken, shape, element=element)
        self._inputs.append(taken)
        return taken

    def state(self, initial: npt.NDArray[Any], name: str) -> str:
        """Add a state, see `assign`; the name of what a run reads of it."""
        taken = self._names.take(name, "state")
        self._tensors[taken] = Tensor(taken, initial.shape)
        self._states[taken] = State(taken, taken, taken, np.array(initial, np.float32))
        return taken

    def assign(self, state: str, value: str) -> None:
        """Say what the next run reads of a state, an activation of its shape."""
        if self.shape(state) != self.shape(value):
            raise ValueError(f"state {state!r} of {self.shape(state)} cannot be {value!r}")
        self._states[state] = replace(self._states[state], written=value)

    def constant(self, values: npt.NDArray[Any], name: str, element: Element = Element.REAL) -> str:
        """Add a constant, stored as float32; its name in the graph.

        Raises:
            ValueError: a number is not finite in float32.
            InputError: there are more constants than any flash holds.
        """
        taken = self._names.take(name, "constant")
        self.budget.take(np.asarray(values).size, f"constant {taken!r}")
        with np.errstate(over="ignore"):
            data = np.array(values, np.float32, order="C")
        if not np.isfinite(data).all():
            raise ValueError(f"constant {taken!r} is not finite in float32")
        data.flags.writeable = False
        self._tensors[taken] = Tensor(taken, data.shape, data, element)
        return taken

    def op(self, kind: AnyOperator, attrs: Attrs, inputs: list[str], name: str) -> str:
        """Add an operator; the name of its output.

        Raises:
            ValueError: the operands' shapes or elements do not fit the operator, or its result is
                larger than any microcontroller's memory.
        """
        shape = kind.shape(attrs, [self.shape(operand) for operand in inputs])
        element = kind.element(attrs, [self._tensors[operand].element for operand in inputs])
        if math.prod(shape) > READING.tensor_elements:
            raise ValueError(f"its result {shape} is too large")
        taken = self._names.take(name, kind.name.lower())
        self._tensors[taken] = Tensor(taken, shape, element=element)
        self._ops.append(Op(kind, taken, tuple(inputs), (taken,), attrs))
        return taken

    def shape(self, name: str) -> tuple[int, ...]:
        return self._tensors[name].shape

    def element(self, name: str) -> Element:
        """What the values of a tensor are."""
        return self._tensors[name].element

    def producer(self, name: str) -> Op | None:
        """The operator that computes a tensor; None for inputs and constants."""
        return next((op for op in reversed(self._ops) if op.output == name), None)

    def arrange(self, name: str, layout: Layout) -> None:
        """State how the model file arranges an input or output."""
        if not layout.is_same:
            self._layouts[name] = layout

    def limit(self, name: str, low: float, high: float) -> None:
        """State the range that the model file stores for a tensor."""
        self._ranges[name] = (low, high)

    def graph(self, name: str, outputs: tuple[str, ...]) -> Graph:
        """The graph so far."""
        return Graph(
            name,
            dict(self._tensors),
            tuple(self._ops),
            tuple(self._inputs),
            outputs,
            dict(self._layouts),
            dict(self._ranges),
            tuple(self._states.values()),
        )
