"""Random integer models of operators that keep states, with numbers as a file would give them.

A float model has no such operator, so that no range and no strategy of `operator_cases` leads to
one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from number_formats import Form

from mcuq.graph import Op, State
from mcuq.numeric import integer_limits
from mcuq.numeric.activation import Activation
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import Attrs
from mcuq.ops.catalog import OPERATORS
from mcuq.ops.lstm import UNIDIRECTIONAL_SEQUENCE_LSTM, LstmAttrs
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.svdf import SVDF, SvdfAttrs
from mcuq.quantized import QuantizedGraph, has_room

Stored = npt.NDArray[Any]
_ACTIVATIONS = {
    SVDF: ("int8, memory of int8", "int8, memory of int16"),
    UNIDIRECTIONAL_SEQUENCE_LSTM: ("int8", "int16"),
}
"""Types that TensorFlow Lite Micro runs."""


def recurrent_forms() -> tuple[Form, ...]:
    """Every operator that keeps states, at every width that mcuq has."""
    kept = (operator for operator in OPERATORS if operator.kept)
    return tuple(sorted(Form(one.name, words) for one in kept for words in _ACTIVATIONS[one]))


@dataclass(frozen=True)
class RecurrentModel:
    """A model of one operator, and one sequence for it, (1, steps, *shape) an input."""

    seed: int
    qgraph: QuantizedGraph = field(repr=False)
    inputs: list[Stored] = field(repr=False)


def recurrent_models(form: Form, seed: int, outputs: int = 256) -> Iterator[RecurrentModel]:
    """Models that the operator can bear, without end; each with about so many outputs."""
    rng = np.random.default_rng(seed)
    while True:
        qgraph = recurrent_graph(form, rng)
        if has_room(qgraph, qgraph.ops[-1]):
            yield RecurrentModel(seed, qgraph, [_sequence(qgraph, rng, outputs)])


def recurrent_graph(form: Form, rng: np.random.Generator) -> QuantizedGraph:
    """Shapes, weights, scales and zero points of any size."""
    return _DRAWN[form.operator](form, rng)


def _sequence(qgraph: QuantizedGraph, rng: np.random.Generator, outputs: int) -> Stored:
    """Random integers; every fourth step at the ends."""
    tensor = qgraph.tensors[qgraph.inputs[0]]
    steps = max(8, outputs // qgraph.tensors[qgraph.outputs[0]].size)
    low, high = integer_limits(tensor.bits)
    values = rng.integers(low, high + 1, (1, steps, *tensor.shape[1:]))
    values[:, 1::4] = rng.choice([low, high], values[:, 1::4].shape)
    return values.astype(tensor.dtype)


@dataclass(frozen=True)
class _Numbers:
    """Tensors of a model under construction."""

    rng: np.random.Generator
    tensors: dict[str, QuantizedTensor] = field(default_factory=dict)
    before: list[Op] = field(default_factory=list)

    def value(self, name: str, shape: tuple[int, ...], bits: int, scale: float, zero: int) -> str:
        scales = np.array([scale], np.float32)
        self.tensors[name] = QuantizedTensor(name, shape, bits, scales, zero)
        return name

    def constant(self, name: str, bits: int, scale: float, data: Stored) -> str:
        scales = np.array([scale], np.float32)
        self.tensors[name] = QuantizedTensor(name, data.shape, bits, scales, data=data)
        return name

    def weights(self, name: str, shape: tuple[int, ...], bits: int, scale: float) -> str:
        """Over the whole range, or a small part of it."""
        most = integer_limits(bits)[1] // int(self.rng.choice([1, 1, 9]))
        data = self.rng.integers(-most, most + 1, shape).astype(f"int{bits}")
        return self.constant(name, bits, scale, data)

    def size(self, least: int, most: int) -> int:
        return int(self.rng.integers(least, most + 1))

    def spread(self, decades: float) -> float:
        """1, give or take a factor of so many powers of ten."""
        return float(10 ** self.rng.uniform(-decades, decades))

    def scale(self, name: str) -> float:
        return float(self.tensors[name].scale[0])

    def reshaped(self, name: str, shape: tuple[int, ...]) -> str:
        """A value in another shape."""
        value = self.tensors[name]
        new = self.value(f"{name}/r", shape, value.bits, self.scale(name), value.zero_point)
        self.before.append(Op(RESHAPE, new, (name,), (new,), ReshapeAttrs(shape)))
        return new

    def graph(self, kind: AnyOperator, attrs: Attrs, inputs: list[str]) -> QuantizedGraph:
        """Of one operator, whose states begin with zeros."""
        states = []
        for name in inputs[len(inputs) - kind.kept :]:
            kept = self.tensors[name]
            self.value(f"{name}'", kept.shape, kept.bits, self.scale(name), kept.zero_point)
            initial = np.full(kept.shape, kept.zero_point, kept.dtype)
            states.append(State(name, name, f"{name}'", initial))
        outputs = ("y", *(state.written for state in states))
        op = Op(kind, "y", tuple(inputs), outputs, attrs)
        ops = (*self.before, op)
        return QuantizedGraph("case", self.tensors, ops, ("x",), ("y",), tuple(states))


def _svdf(form: Form, rng: np.random.Generator) -> QuantizedGraph:
    """Features and outputs about as large as their integers, or far from that."""
    draw = _Numbers(rng)
    bits = int(form.activations.rsplit("int", 1)[1])
    features, units, rank = draw.size(1, 40), draw.size(1, 12), draw.size(1, 4)
    filters, memory = rank * units, draw.size(2, 12)
    inputs = [
        draw.value("x", (1, features), 8, 0.05 * draw.spread(1), draw.size(-128, 127)),
        draw.weights("feature", (filters, features), 8, 0.01 * draw.spread(1)),
        draw.weights("time", (filters, memory), bits, 0.01 * draw.spread(2)),
    ]
    span = 2.0 ** (bits - 1)
    feature = 3 * 75 * 75 * np.sqrt(features) / span * draw.spread(0.5)
    kept = draw.scale("x") * draw.scale("feature") * feature
    zero = draw.size(-20, 20) if bits == 8 and rng.integers(2) else 0
    state = draw.value("state", (1, filters * memory), bits, kept, zero)
    per_sum = draw.scale("state") * draw.scale("time")
    most = span * span * np.sqrt(memory * rank) / 8
    bias = rng.normal(0, most * draw.spread(1), units).clip(-(2**31), 2**31 - 1)
    inputs += [draw.constant("bias", 32, per_sum, bias.astype(np.int32)), state]
    draw.value("y", (1, units), 8, per_sum * most / 40 * draw.spread(0.7), draw.size(-128, 127))
    activation = list(Activation)[draw.size(0, 3)]
    return draw.graph(SVDF, SvdfAttrs(rank, activation), inputs)


def _lstm(form: Form, rng: np.random.Generator) -> QuantizedGraph:
    """Sums of gates about as large as a sigmoid is steep, or far from that."""
    draw = _Numbers(rng)
    bits = form.bits
    steps, features, units = draw.size(1, 6), draw.size(1, 24), draw.size(1, 16)
    fine = 2.0 ** (8 - bits)
    zeros = [draw.size(-128, 127) if bits == 8 else 0 for _ in "xh"]
    x = draw.value("x", (1, steps, features), bits, 0.05 * fine * draw.spread(1), zeros[0])
    hidden = draw.value("h", (1, units), bits, fine / 128 * draw.spread(0.5), zeros[1])
    cell = draw.value("c", (1, units), 16, 2.0 ** -draw.size(8, 15), 0)
    names = [f"{what}{gate}" for what in "wr" for gate in range(4)]
    weights = [
        draw.weights(name, (units, size), 8, draw.spread(1) / 50 / np.sqrt(size))
        for name, size in zip(names, [features] * 4 + [units] * 4, strict=True)
    ]
    biases = []
    for gate, weight in enumerate(weights[:4]):
        step = draw.scale("x") * draw.scale(weight)
        bias = (rng.normal(0, draw.spread(0.7), units) / step).clip(-(2**30), 2**30)
        wide = 32 if bits == 8 else 64
        biases.append(draw.constant(f"b{gate}", wide, step, bias.astype(f"int{wide}")))
    attrs = LstmAttrs(bool(draw.size(0, 1)), float(rng.choice([0.0, 0.0, 1.3, 10.0])))
    given, shape = x, (1, steps, units)
    if attrs.time_major:
        given, shape = draw.reshaped(x, (steps, 1, features)), (steps, 1, units)
    draw.value("y", shape, bits, draw.scale("h"), zeros[1])
    inputs = [given, *weights, *biases, hidden, cell]
    return draw.graph(UNIDIRECTIONAL_SEQUENCE_LSTM, attrs, inputs)


_DRAWN = {SVDF: _svdf, UNIDIRECTIONAL_SEQUENCE_LSTM: _lstm}
