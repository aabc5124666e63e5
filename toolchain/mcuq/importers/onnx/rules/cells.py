"""The cells of RNN, GRU and LSTM, one step of each, by the formulas of ONNX.

Gates are apart: each has weights and a scale of its own. A state of zeros, with which most series
begin, is a constant that is folded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.importers.onnx.rules.steps import Steps, constant
from mcuq.importers.onnx.value import NodeValue
from mcuq.numeric.products import product
from mcuq.ops.binary import ADD, MUL, SUB
from mcuq.ops.operator import AnyOperator
from mcuq.ops.unary import LOGISTIC, RELU, TANH

Array = npt.NDArray[Any]
FUNCTIONS: Mapping[str, AnyOperator] = {"Sigmoid": LOGISTIC, "Tanh": TANH, "Relu": RELU}


@dataclass(frozen=True, eq=False)
class Weights(ByContent):
    """The weights of one direction, a gate each, in ONNX's order of gates.

    Attributes:
        inputs: (units, depth) each.
        states: (units, units) each.
        biases: (units,) each, first those of the inputs, then those of the states.
        peepholes: of an LSTM, (units,) each for input, output and forget gate.
        reset_after: of a GRU: the reset gate acts on the product with the state, not on the state.
    """

    inputs: Sequence[Array]
    states: Sequence[Array]
    biases: Sequence[Array] | None
    peepholes: Sequence[Array] | None = None
    reset_after: bool = False

    def bias(self, gate: int, *, of_state: bool = False) -> Array:
        if self.biases is None:
            return np.zeros(len(self.inputs[gate]))
        return self.biases[gate + len(self.inputs) * of_state]


@dataclass(frozen=True, eq=False)
class Projection(ByContent):
    """What a gate does with the inputs of all steps."""

    name: str
    filters: Array
    bias: Array


class Cell(Protocol):
    """A cell with its weights."""

    @property
    def projections(self) -> Sequence[Projection]:
        """One a gate."""

    def step(
        self, inputs: Sequence[NodeValue], h: NodeValue, c: NodeValue
    ) -> tuple[NodeValue, NodeValue]:
        """The states behind a step.

        Args:
            inputs: the step's part of each projection, (1, 1, units).
            h, c: the states before it; only an LSTM has the second one.
        """


class _Gates:
    """What all cells have: gates whose biases are added with the inputs, where that is the same."""

    def __init__(
        self,
        steps: Steps,
        weights: Weights,
        functions: Sequence[AnyOperator],
        suffix: str,
        names: Sequence[str],
        apart: frozenset[int] = frozenset(),
    ) -> None:
        self._steps, self._weights, self._functions = steps, weights, functions
        self._names = [f"{suffix}{name}" for name in names]
        self._filters = [
            steps.constant(filters, f"{name}/state/filter")
            for name, filters in zip(self._names, weights.states, strict=True)
        ]
        self._biases = {
            gate: steps.constant(weights.bias(gate, of_state=True), f"{name}/state/bias")
            for gate, name in enumerate(self._names)
            if gate in apart
        }
        self.projections: Sequence[Projection] = [
            Projection(
                f"{name}/input",
                filters,
                weights.bias(gate) + (0 if gate in apart else weights.bias(gate, of_state=True)),
            )
            for gate, (name, filters) in enumerate(zip(self._names, weights.inputs, strict=True))
        ]

    def _recurrent(self, gate: int, h: NodeValue) -> NodeValue:
        """State × weightsᵀ, with the bias where it is apart."""
        name = f"{self._names[gate]}/state"
        if h.data is None:
            return self._steps.dense(h, self._filters[gate], self._biases.get(gate), name)
        bias = self._weights.bias(gate, of_state=True) if gate in self._biases else 0.0
        return constant(product(h.data, self._weights.states[gate].T) + bias)

    def _sum(self, gate: int, x: NodeValue, recurrent: NodeValue) -> NodeValue:
        return self._add(x, recurrent, f"{self._names[gate]}/sum")

    def _gate(
        self, gate: int, x: NodeValue, recurrent: NodeValue, function: AnyOperator
    ) -> NodeValue:
        total = self._sum(gate, x, recurrent)
        return self._steps(function, total, suffix=self._names[gate])

    def _add(self, a: NodeValue, b: NodeValue, suffix: str) -> NodeValue:
        for one, other in ((a, b), (b, a)):
            if one.data is not None and not np.any(one.data):
                return other
        return self._steps(ADD, a, b, suffix=suffix)

    def _times(self, a: NodeValue, b: NodeValue, suffix: str) -> NodeValue:
        for one in (a, b):
            if one.data is not None and not np.any(one.data):
                return constant(np.zeros(np.broadcast_shapes(a.shape, b.shape)))
        return self._steps(MUL, a, b, suffix=suffix)


class _Rnn(_Gates):
    """h' = f(x W + h R + b)"""

    def __init__(
        self, steps: Steps, weights: Weights, functions: Sequence[AnyOperator], suffix: str
    ) -> None:
        super().__init__(steps, weights, functions, suffix, ("hidden",))

    def step(
        self, inputs: Sequence[NodeValue], h: NodeValue, c: NodeValue
    ) -> tuple[NodeValue, NodeValue]:
        return self._gate(0, inputs[0], self._recurrent(0, h), self._functions[0]), c


class _Gru(_Gates):
    """z = f(x Wz + h Rz + bz); r = f(x Wr + h Rr + br);
    n = g(x Wn + bn + r ⊙ (h Rn + cn)), or g(x Wn + bn + (r ⊙ h) Rn + cn);
    h' = n + z ⊙ (h - n)
    """

    def __init__(
        self, steps: Steps, weights: Weights, functions: Sequence[AnyOperator], suffix: str
    ) -> None:
        apart = frozenset({2}) if weights.reset_after else frozenset[int]()
        super().__init__(steps, weights, functions, suffix, ("update", "reset", "new"), apart)

    def step(
        self, inputs: Sequence[NodeValue], h: NodeValue, c: NodeValue
    ) -> tuple[NodeValue, NodeValue]:
        gate, new = self._functions
        z, r = (
            self._gate(number, inputs[number], self._recurrent(number, h), gate)
            for number in (0, 1)
        )
        if self._weights.reset_after:
            kept = self._times(r, self._recurrent(2, h), "reset/state")
        else:
            kept = self._recurrent(2, self._times(r, h, "reset/state"))
        n = self._gate(2, inputs[2], kept, new)
        if h.data is not None and not np.any(h.data):
            return self._steps(SUB, n, self._steps(MUL, z, n, suffix="forgotten"), suffix="h"), c
        change = self._steps(MUL, z, self._steps(SUB, h, n, suffix="change"), suffix="changed")
        return self._steps(ADD, n, change, suffix="h"), c


class _Lstm(_Gates):
    """i, o, f = s(x W + h R + p ⊙ c + b); g = t(x Wg + h Rg + bg);
    c' = f ⊙ c + i ⊙ g; h' = o ⊙ u(c'); the output gate looks at c', the others at c.
    """

    def __init__(
        self, steps: Steps, weights: Weights, functions: Sequence[AnyOperator], suffix: str
    ) -> None:
        names = ("in", "out", "forget", "new")
        super().__init__(steps, weights, functions, suffix, names)

    def step(
        self, inputs: Sequence[NodeValue], h: NodeValue, c: NodeValue
    ) -> tuple[NodeValue, NodeValue]:
        gate, new, last = self._functions
        i, f = (
            self._gate(n, inputs[n], self._peeped(n, self._recurrent(n, h), c), gate)
            for n in (0, 2)
        )
        g = self._gate(3, inputs[3], self._recurrent(3, h), new)
        c = self._add(self._times(i, g, "added"), self._times(f, c, "kept"), "c")
        o = self._gate(1, inputs[1], self._peeped(1, self._recurrent(1, h), c), gate)
        return self._times(o, self._steps(last, c, suffix="answer"), "h"), c

    def _peeped(self, gate: int, recurrent: NodeValue, c: NodeValue) -> NodeValue:
        peepholes = self._weights.peepholes
        if peepholes is None:
            return recurrent
        seen = self._times(c, constant(peepholes[gate]), f"{self._names[gate]}/peephole")
        return self._add(recurrent, seen, f"{self._names[gate]}/seen")


CELLS: Mapping[str, Callable[[Steps, Weights, Sequence[AnyOperator], str], Cell]] = {
    "RNN": _Rnn,
    "GRU": _Gru,
    "LSTM": _Lstm,
}
