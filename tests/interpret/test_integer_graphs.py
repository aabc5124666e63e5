"""Random graphs of many operators: shared scales and all, equal to TFLite Micro."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from applied import Shape
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from number_formats import stored
from operator_cases import FixedRanges, random_reals, seeds
from operator_strategies import STRATEGIES
from oracles import tflm_outputs

from mcuq.graph import Graph, Op, Tensor
from mcuq.graph.indices import index_limits, spread
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.numeric.element import Element
from mcuq.ops.catalog import FLOAT_OPERATORS
from mcuq.ops.operator import AnyOperator
from mcuq.ops.quotient import DIV, FLOOR_DIV, FLOOR_MOD
from mcuq.ops.real_functions import EXP, LOG, SQRT
from mcuq.quantize import Config, WeightChoice, quantize

_NOT_FINITE = {EXP, LOG, SQRT, DIV, FLOOR_DIV, FLOOR_MOD}
"""Operators of which some ordinary value has no finite result."""
KINDS = [
    kind
    for kind in FLOAT_OPERATORS
    if kind.guard.least_value == -math.inf and kind not in _NOT_FINITE
]
"""Operators that take whatever others give."""
LARGEST = 2000
"""Elements of a tensor: operators that would make a larger one are left out."""


@dataclass
class Grower:
    """Adds operators to a graph, each on activations that are there already."""

    draw: st.DrawFn
    rng: np.random.Generator
    tensors: dict[str, Tensor]
    ops: list[Op] = field(default_factory=list)

    def grow(self, kind: AnyOperator) -> None:
        """One operator, on an activation that it takes; none if there is no such activation."""
        strategy = STRATEGIES[kind]
        taken = self._activations(lambda t: t.shape[:1] == (1,) and len(t.shape) in strategy.ranks)
        if not taken:
            return
        x = self.draw(st.sampled_from(taken))
        applied = strategy.apply(self.draw, self.tensors[x].shape)
        given = (self.tensors[x].shape, *applied.activations)
        first = len(applied.constants) if applied.constants_first else 0
        shapes = [*applied.constants[:first], *given, *applied.constants[first:]]
        real = (Element.REAL,) * (len(shapes) - len(applied.elements))
        elements = [*applied.elements, *real]
        result = kind.shape(applied.attrs, shapes)
        if math.prod(result) > LARGEST or elements[first] is not self.tensors[x].element:
            return
        rows = min(self.tensors[x].shape[1:], default=1)
        operands = tuple(
            x
            if number == first
            else self._like(shape, element, rows)
            if first < number < first + len(given)
            else self._constant(shape, element, rows)
            for number, (shape, element) in enumerate(zip(shapes, elements, strict=True))
        )
        name = f"t{len(self.ops)}"
        element = kind.element(applied.attrs, elements)
        self.tensors[name] = Tensor(name, result, element=element)
        op = Op(kind, name, operands, (name,), applied.attrs)
        self.ops.append(op)
        for operand, limits in index_limits((op,), self.tensors).items():
            tensor = self.tensors[operand]
            if tensor.is_constant:
                places = self.rng.integers(0, spread(limits, tensor.shape), tensor.shape)
                self.tensors[operand] = replace(tensor, data=places.astype(np.float32))

    def _activations(self, such: Callable[[Tensor], bool]) -> list[str]:
        return [n for n, t in self.tensors.items() if not t.is_constant and such(t)][::-1]

    def _like(self, shape: Shape, element: Element, rows: int) -> str:
        """An activation of this shape, or else a constant; of integers, which may index, that."""
        same = self._activations(lambda other: (other.shape, other.element) == (shape, element))
        if not same or element is Element.INT32:
            return self._constant(shape, element, rows)
        return self.draw(st.sampled_from(same))

    def _constant(self, shape: Shape, element: Element, rows: int) -> str:
        name, values = f"c{len(self.tensors)}", self.rng.normal(size=shape)
        if element is not Element.REAL:
            values = self.rng.integers(0, 2 if element is Element.BOOL else rows, shape)
        self.tensors[name] = Tensor(name, shape, values.astype(np.float32), element)
        return name


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Operators over an image of 4 × 4 × 2; whatever no operator reads is an output."""
    start = {"x": Tensor("x", (1, 4, 4, 2))}
    g = Grower(draw, np.random.default_rng(draw(seeds)), start)
    for kind in draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=11)):
        g.grow(kind)
    assume(g.ops)  # the first may take truth values, of which there are none
    used = {name for op in g.ops for name in op.inputs}
    outputs = tuple(op.output for op in g.ops if op.output not in used)
    return Graph("random", g.tensors, tuple(g.ops), ("x",), outputs)


@pytest.mark.parametrize("bits", [8, 4])
@settings(max_examples=40)
@given(graph=graphs(), seed=seeds)
def test_random_graphs_equal_tflite_micro(bits: int, graph: Graph, seed: int) -> None:
    seen = run_float(graph, random_reals(graph, seed, 8), keep=graph.activations)
    ranges = FixedRanges({name: (float(v.min()), float(v.max())) for name, v in seen.items()})
    qgraph = quantize(graph, ranges, Config(default_weight=WeightChoice(bits)))
    inputs = stored(qgraph, seed, outputs=0)
    found = run_integer(qgraph, inputs)
    expected = tflm_outputs(qgraph, inputs)
    for name, values in zip(graph.outputs, expected, strict=True):
        np.testing.assert_array_equal(found[name], values.reshape(found[name].shape))
