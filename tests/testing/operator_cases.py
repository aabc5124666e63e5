"""One operator with all that it reads: the case that every kind of test makes its own model of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
from applied import Applied, Shape
from hypothesis import HealthCheck, Phase, find, given, seed, settings
from hypothesis import strategies as st
from operator_strategies import STRATEGIES

from mcuq.choices import ActivationScheme
from mcuq.graph import Graph, Op, Tensor
from mcuq.graph.indices import Limits, index_limits, spread
from mcuq.interpret.float import run_float
from mcuq.numeric.element import Element
from mcuq.ops.attrs import Attrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.quotient import DIV, FLOOR_DIV, FLOOR_MOD
from mcuq.ops.real_functions import LOG, SQRT

Range = tuple[float, float]
Oddity = Literal["", "zero", "dead channel", "tiny channel", "constant channel"]
_FITTING = 16
"""Samples from which a fitted range of the output is taken."""


@dataclass(frozen=True)
class FixedRanges:
    """Ranges by tensor name, whatever the observer."""

    by_name: Mapping[str, Range] = field(default_factory=dict)
    default: Range = (-1.0, 1.0)

    def range(self, tensor: str, observer: str) -> Range:
        return self.by_name.get(tensor, self.default)


@dataclass(frozen=True)
class Numbers:
    """The values of a case.

    Attributes:
        seed: of constants and samples.
        inputs: ranges of the activations that the operator reads, in their order.
        output: range of the result; None for the one that it has with such inputs.
        magnitude: of the constants.
        oddity: what is unusual about the constants.
        scheme: of the activations.
    """

    seed: int
    inputs: tuple[Range, ...]
    output: Range | None = None
    magnitude: float = 1.0
    oddity: Oddity = ""
    scheme: ActivationScheme = "asymmetric"


@dataclass(frozen=True)
class Case:
    """An operator that reads the activations x0, x1 … and constants, and writes y.

    Constants are w and b (filter and bias) of operators with a filter, and c0, c1 … of others.

    Attributes:
        operator, attrs: what is applied.
        activations, constants: their shapes.
        constants_first: whether the operator reads its constants before its activations.
        elements: what the operands are, in the operator's order; real numbers behind its end.
        numbers: their values.
    """

    operator: AnyOperator
    attrs: Attrs
    activations: tuple[Shape, ...]
    constants: tuple[Shape, ...]
    constants_first: bool
    numbers: Numbers
    elements: tuple[Element, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the activations that the operator reads."""
        return tuple(f"x{i}" for i in range(len(self.activations)))

    @property
    def op(self) -> Op:
        """The operator in the graph."""
        given, fixed = self.inputs, self._constant_names
        operands = (*fixed, *given) if self.constants_first else (*given, *fixed)
        return Op(self.operator, "y", operands, ("y",), self.attrs)

    @property
    def _constant_names(self) -> tuple[str, ...]:
        if self.operator.weighted:
            return tuple("wb"[: len(self.constants)])
        return tuple(f"c{i}" for i in range(len(self.constants)))

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Of all tensors."""
        shapes = dict(zip(self.inputs, self.activations, strict=True))
        shapes |= {name: data.shape for name, data in self._constants.items()}
        result = self.operator.shape(self.attrs, [shapes[name] for name in self.op.inputs])
        return shapes | {"y": result}

    @cached_property
    def graph(self) -> Graph:
        """The float model."""
        elements = self._elements
        tensors = {
            name: Tensor(name, shape, self._constants.get(name), elements[name])
            for name, shape in self.shapes.items()
        }
        return Graph("main", tensors, (self.op,), self.inputs, ("y",))

    @property
    def _elements(self) -> dict[str, Element]:
        """Of all tensors."""
        operands = dict.fromkeys(self.op.inputs, Element.REAL)
        operands |= dict(zip(self.op.inputs, self.elements, strict=False))
        return operands | {"y": self.operator.element(self.attrs, list(operands.values()))}

    @cached_property
    def ranges(self) -> FixedRanges:
        """Of all activations."""
        ranges = dict(zip(self.inputs, self.numbers.inputs, strict=True))
        return FixedRanges(ranges | {"y": self.numbers.output or self._fitted(ranges)})

    def reals(self, samples: int = 3) -> list[npt.NDArray[np.float32]]:
        """Values for each input, see `random_reals`."""
        return random_reals(self.graph, self.numbers.seed, samples)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """In Hypothesis' reports: operators by their names, not by all of their record."""
        printer.text(repr(self))

    def _fitted(self, ranges: Mapping[str, Range]) -> Range:
        rng = np.random.default_rng(self.numbers.seed)
        elements, limits = self._elements, index_limits(self.graph.ops, self.graph.tensors)
        inputs = [
            _of_element(
                elements[name], rng.uniform(*ranges[name], (_FITTING, *shape[1:])), limits.get(name)
            )
            for name, shape in zip(self.inputs, self.activations, strict=True)
        ]
        values = run_float(self.graph, inputs)["y"]
        return float(values.min(initial=0.0)), float(values.max(initial=0.0))

    @cached_property
    def _constants(self) -> dict[str, npt.NDArray[np.float32]]:
        rng = np.random.default_rng(self.numbers.seed)
        elements = dict(zip(self.op.inputs, self.elements, strict=False))
        shapes = dict(zip(self._constant_names, self.constants, strict=True))
        stated = shapes | dict(zip(self.inputs, self.activations, strict=True))
        tensors = {
            name: Tensor(name, shape, element=elements.get(name, Element.REAL))
            for name, shape in stated.items()
        }
        limits = index_limits((self.op,), tensors)
        return {
            name: _of_element(tensors[name].element, self._constant(shape, rng), limits.get(name))
            for name, shape in shapes.items()
        }

    def _constant(self, shape: Shape, rng: np.random.Generator) -> npt.NDArray[np.float32]:
        """Filters are so small that sums keep the size of what is read, as trained ones do."""
        axis = self.operator.filter_axis
        filtered = axis is not None and len(shape) > 1
        depth = math.prod(shape) // shape[axis] if axis is not None and filtered else 1
        values = rng.normal(0, self.numbers.magnitude / math.sqrt(depth), shape)
        if self.operator in _QUOTIENTS:
            values = _away_from_zero(values)
        return _odd(values, self.numbers.oddity).astype(np.float32)


def random_reals(graph: Graph, seed: int, samples: int = 3) -> list[npt.NDArray[np.float32]]:
    """Normal values of deviation 3 for each input of a graph: (samples, *shape).

    Above zero where an operator takes no others, a step away from it where one divides by them.
    """
    rng = np.random.default_rng(seed)
    limits = index_limits(graph.ops, graph.tensors)
    shapes = [(samples, *graph.tensors[name].shape[1:]) for name in graph.inputs]
    values = [
        _of_element(graph.tensors[name].element, rng.normal(0, 3, shape), limits.get(name))
        for name, shape in zip(graph.inputs, shapes, strict=True)
    ]
    if any(op.kind in _QUOTIENTS for op in graph.ops):
        return [_away_from_zero(x) for x in values]
    if any(_from_zero_on(op.kind) for op in graph.ops):
        return [np.abs(x) + np.float32(0.1) for x in values]
    return values


def _of_element(
    element: Element, values: npt.NDArray[Any], limits: Limits | None = None
) -> npt.NDArray[np.float32]:
    """Random reals made integers, from 0 on below limits, or truth values."""
    if element is Element.INT32 and limits is None:
        values = np.rint(values)
    elif element is Element.INT32 and limits is not None:
        values = np.rint(100 * values) % spread(limits, values.shape)
    if element is Element.BOOL:
        values = values > 0
    return values.astype(np.float32)


def _from_zero_on(operator: AnyOperator) -> bool:
    """Whether values below zero stop TensorFlow Lite Micro, or have no result."""
    return operator.guard.least_value == 0 or operator in (SQRT, LOG)


_QUOTIENTS = (DIV, FLOOR_DIV, FLOOR_MOD)


def _away_from_zero(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    moved: npt.NDArray[Any] = values + np.copysign(np.ones_like(values), values)
    return moved


def _odd(values: npt.NDArray[Any], oddity: Oddity) -> npt.NDArray[Any]:
    """The first row of any axis is a channel of some operator: first and last axes are changed."""
    changed = values.copy()
    match oddity:
        case "zero":
            changed[...] = 0
        case "dead channel":
            changed[0] = 0
            changed[..., 0] = 0
        case "tiny channel":
            changed[0] *= 1e-30
            changed[..., 0] *= 1e-7
        case "constant channel":
            changed[0] = values.ravel()[0]
    return changed


_SEARCH = settings(database=None, deadline=None, derandomize=True, max_examples=5_000)
seeds = st.integers(0, 2**32 - 1)
_schemes: st.SearchStrategy[ActivationScheme] = st.sampled_from(
    ("asymmetric", "asymmetric", "asymmetric", "symmetric")
)


@st.composite
def cases(draw: st.DrawFn, operator: AnyOperator) -> Case:
    """An operator over numbers as models have them: ranges of 0.001 to 1000."""
    strategy = STRATEGIES[operator]
    x = draw(strategy.shapes)
    case = _with(operator, x, strategy.apply(draw, x), draw(seeds))
    span, first = _spans(3.0), _inputs(operator, 3.0)
    numbers = replace(
        case.numbers,
        inputs=tuple(draw(first) for _ in case.activations),
        output=draw((st.none() | span) if callable(operator.float_form) else span),
        magnitude=10.0 ** draw(st.floats(-3.0, 0.0)),
        scheme=draw(_schemes),
    )
    return replace(case, numbers=numbers)


@st.composite
def extreme_cases(draw: st.DrawFn, operator: AnyOperator) -> Case:
    """An operator over numbers where arithmetic is most likely to differ: ranges of any size or in
    ratios that make ties, dead and tiny channels, huge and tiny constants."""
    case = draw(cases(operator))
    limit = draw(st.sampled_from([1.0, 3.0, 6.0, 12.0, 30.0]))
    spans = tuple(draw(_inputs(operator, limit)) for _ in case.activations)
    numbers = replace(
        case.numbers,
        inputs=spans,
        output=draw(_tied(spans[0]) | _spans(limit)),
        magnitude=10.0 ** draw(st.just(0.0) | st.floats(-6.0, 6.0)),
        oddity=draw(st.sampled_from(("", "", "", "", *get_args(Oddity)[1:]))),
    )
    return replace(case, numbers=numbers)


def _inputs(operator: AnyOperator, limit: float) -> st.SearchStrategy[Range]:
    """Ranges of what an operator reads."""
    spans = _spans(limit)
    return spans.map(lambda span: (0.0, span[1] - span[0])) if _from_zero_on(operator) else spans


@st.composite
def _spans(draw: st.DrawFn, limit: float) -> Range:
    """A range that holds 0, 10^-limit to 10^limit wide."""
    width = 10.0 ** draw(st.floats(-limit, limit))
    below = draw(st.sampled_from([0.5, 0.0, 1.0]) | st.floats(0.0, 1.0))
    return -width * below, width * (1.0 - below)


@st.composite
def _tied(draw: st.DrawFn, span: Range) -> Range:
    """k steps of the input are m + 1/2 of the output: rounding decides."""
    ratio = draw(st.integers(1, 255)) / (draw(st.integers(0, 127)) + 0.5)
    return span[0] * ratio, span[1] * ratio


def _with(operator: AnyOperator, x: Shape, applied: Applied, seed: int) -> Case:
    activations = (x, *applied.activations)
    numbers = Numbers(seed, ((-1.0, 1.0),) * len(activations))
    return Case(
        operator,
        applied.attrs,
        activations,
        applied.constants,
        applied.constants_first,
        numbers,
        applied.elements,
    )


def least_case(operator: AnyOperator, such: Callable[[Case], bool] | None = None) -> Case:
    """The simplest case of an operator, or of those of which something is true."""
    if such is None:
        return seeded_cases(cases(operator), 0, 1)[0]
    return find(cases(operator), such, settings=_SEARCH)


def seeded_cases(strategy: st.SearchStrategy[Case], first: int, count: int) -> list[Case]:
    """The cases that belong to a seed; for what cannot run inside a test of Hypothesis.

    The same in one program only: Hypothesis draws numbers that stand in the loaded modules, too.
    """
    found: list[Case] = []

    @seed(first)
    @settings(
        max_examples=count,
        phases=(Phase.generate,),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    return found
