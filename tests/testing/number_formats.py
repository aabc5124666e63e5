"""The integer models of a case: widths of activations and filters, and stored samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import reject
from hypothesis import strategies as st
from operator_cases import Case, Range, cases, least_case, seeded_cases

from mcuq.choices import Per
from mcuq.errors import InputError, UsageError
from mcuq.graph.indices import index_limits, spread
from mcuq.numeric import asymmetric_params, integer_limits, symmetric_params, width_name
from mcuq.numeric.element import Element
from mcuq.numeric.tensor import AffineParams, QuantizedTensor
from mcuq.ops.catalog import OPERATORS, operator
from mcuq.ops.conversion import DEQUANTIZE, QUANTIZE
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.ops.softmax import SOFTMAX, WIDENED_UNIT
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantize.int16 import SPELLED_OUT
from mcuq.quantized import QuantizedGraph
from mcuq.quantized.op_params import has_room

Stored = list[npt.NDArray[Any]]
CONVERSIONS = {
    QUANTIZE: ("int8 to int16", "int16 to int8", "float32 to int8", "float32 to int16"),
    DEQUANTIZE: ("int8 to float32", "int16 to float32"),
}
"""What each operator converts: it is in quantized models only."""
_WIDENING = {SOFTMAX: "int8 to int16"}
"""What an operator also does, in files that are taken as they are."""


@dataclass(frozen=True, order=True)
class Form:
    """An operator at one combination of widths.

    Attributes:
        kind: name of the operator.
        activations: "int8", "int16", or both sides where they differ ("int8 to int16").
        weights: bits of the filter, 0 where there is none.
        per: what a scale of the filter belongs to.
    """

    kind: str
    activations: str = "int8"
    weights: int = 0
    per: Per = "channel"

    @property
    def name(self) -> str:
        filters = f", {width_name(self.weights)} per {self.per}" if self.weights else ""
        return f"{self.kind} {self.activations}{filters}"

    @property
    def operator(self) -> AnyOperator:
        return operator(self.kind)

    @property
    def bits(self) -> int:
        """Of the activations."""
        return int(self.activations.removeprefix("int"))


def forms(weights: tuple[int, ...] = (8, 4)) -> tuple[Form, ...]:
    """Every operator at every width that mcuq has, with filters of such widths; those that keep
    states are in `recurrent_models`.
    """
    drawn = (each for each in OPERATORS if not each.kept)
    return tuple(sorted(form for each in drawn for form in _forms(each, weights)))


def _forms(kind: AnyOperator, weights: tuple[int, ...]) -> Iterator[Form]:
    if kind in CONVERSIONS:
        yield from (Form(kind.name, activations) for activations in CONVERSIONS[kind])
        return
    for activations in ("int8", "int16"):
        if not kind.weighted and (activations == "int8" or has_int16(kind)):
            yield Form(kind.name, activations)
        for bits in weights if kind.weighted else ():
            yield Form(kind.name, activations, bits, "channel")
            yield Form(kind.name, activations, bits, "tensor")
    if kind in _WIDENING:
        yield Form(kind.name, _WIDENING[kind])


def has_int16(kind: AnyOperator) -> bool:
    """Whether models with int16 activations have the operator, some as others."""
    return kind in SPELLED_OUT or not isinstance(kind.int16, NoForm)


@dataclass(frozen=True)
class Model:
    """An integer model of one operator.

    Attributes:
        case: what it is a model of.
        qgraph: the model; not shown, as the case says all of it.
    """

    case: Case
    qgraph: QuantizedGraph = field(repr=False)

    def inputs(self, outputs: int = 256) -> Stored:
        """Stored samples for about so many outputs, see `stored`."""
        return stored(self.qgraph, self.case.numbers.seed, outputs)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


@st.composite
def models(
    draw: st.DrawFn,
    form: Form,
    strategy: Callable[[AnyOperator], st.SearchStrategy[Case]] = cases,
) -> Model:
    """Models of an operator in these widths, but for ranges that it refuses."""
    case = draw(strategy(form.operator))
    try:
        return Model(case, quantized(case, form))
    except InputError:
        reject()


def least_model(form: Form) -> QuantizedGraph:
    """Of the simplest case, or else another one that there is in these widths."""
    for case in (least_case(form.operator), *seeded_cases(cases(form.operator), 1, 20)):
        with suppress(InputError):
            return quantized(case, form)
    raise AssertionError(f"no case of {form.name} can be quantized")


def quantized(case: Case, form: Form) -> QuantizedGraph:
    """The case's model in these widths.

    Raises:
        UsageError: the operator has no such form.
        InputError: a range that the operator cannot take, or operands that those which stand for it
            in int16 cannot.
    """
    if " to " in form.activations:
        return _conversion(case, form)
    config = Config(
        default_weight=WeightChoice(form.weights or 8, per=form.per),
        activation_bits=form.bits,
        activations=case.numbers.scheme,
    )
    try:
        return quantize(case.graph, case.ranges, config)
    except UsageError as why:
        if form.activations == "int16" and form.operator in SPELLED_OUT:
            raise InputError(why.cause, why.hint) from why
        raise


def _conversion(case: Case, form: Form) -> QuantizedGraph:
    words = form.activations.split(" to ")
    result = WIDENED_UNIT if form.operator is SOFTMAX else None
    tensors = {
        name: _tensor(name, case.shapes[name], case.ranges.range(name, ""), word, fixed)
        for name, word, fixed in zip(("x0", "y"), words, (None, result), strict=True)
    }
    qgraph = QuantizedGraph("case", tensors, (case.op,), ("x0",), ("y",))
    if not has_room(qgraph, case.op):
        raise InputError(f"{case.op.kind} from {words[0]} to {words[1]} leaves its integers")
    return qgraph


def _tensor(
    name: str, shape: tuple[int, ...], span: Range, number: str, fixed: AffineParams | None
) -> QuantizedTensor:
    """A tensor whose scale and zero point are of its range, if they are not fixed."""
    if number == "float32":
        return QuantizedTensor(name, shape, 32, np.ones(1, np.float32), is_float=True)
    bits = int(number.removeprefix("int"))
    params = asymmetric_params if bits == 8 else symmetric_params
    scale, zero_point = params(*span, bits) if fixed is None else (fixed.scale, fixed.zero_point)
    return QuantizedTensor(name, shape, bits, np.array([scale], np.float32), zero_point)


def stored(qgraph: QuantizedGraph, seed: int, outputs: int = 256) -> Stored:
    """Inputs, (samples, *shape), for 4 samples or more: about so many outputs."""
    rng = np.random.default_rng(seed)
    size = max(1, qgraph.tensors[qgraph.outputs[0]].size)
    samples = max(4, min(outputs // size, outputs // 4))
    return [_stored(qgraph, name, samples, rng) for name in qgraph.inputs]


def _stored(
    qgraph: QuantizedGraph, name: str, samples: int, rng: np.random.Generator
) -> npt.NDArray[Any]:
    """Random integers; every fourth sample at the ends, every fourth near the zero point."""
    tensor = qgraph.tensors[name]
    shape = (samples, *tensor.shape[1:])
    if tensor.is_float:
        return _reals(qgraph.tensors[qgraph.ops[0].output], shape, rng)
    if tensor.element is Element.BOOL:
        return rng.random(shape) < 0.5
    limits = index_limits(qgraph.ops, qgraph.tensors).get(name)
    if limits is not None:
        return rng.integers(0, spread(limits, shape), shape, np.int32)
    if tensor.element is Element.INT32:
        # What float32 holds exactly: CAST goes through it.
        width = rng.integers(1, 24, shape)
        return rng.integers(-(1 << width), 1 << width, shape).astype(np.int32)
    low, high = integer_limits(tensor.bits)
    values = rng.integers(low, high + 1, shape)
    values[1::4] = rng.choice([low, high], values[1::4].shape)
    near = tensor.zero_point + rng.integers(-3, 4, values[3::4].shape)
    values[3::4] = np.clip(near, low, high)
    return values.astype(tensor.dtype)


def _reals(
    target: QuantizedTensor, shape: tuple[int, ...], rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Inside the range of what they become, outside it, and on its ties."""
    low, high = integer_limits(target.bits)
    steps = rng.integers(2 * low, 2 * high, shape) - target.zero_point
    noise = np.where(rng.random(shape) < 0.5, 0.5, rng.normal(size=shape))
    reals: npt.NDArray[np.float32] = ((steps + noise) * target.scale[0]).astype(np.float32)
    return reals
