"""Random operators of every kind and width against TFLite Micro, extremes and near ties included.

`random_case` draws the operator; here its filters and ranges are pushed to where arithmetic is
most likely to differ, and its inputs are drawn so that many saturate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from integer_cases import Case, FixedRanges, Rng, random_case, tflm_outputs

from mcuq.choices import Per
from mcuq.graph import Graph, Op, Tensor
from mcuq.interpret.integer import run_integer
from mcuq.numeric import integer_limits
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.catalog import FLOAT_OPERATORS, operator
from mcuq.ops.conversion import QUANTIZE
from mcuq.ops.operator import AnyOperator
from mcuq.ops.resize import RESIZE_BILINEAR
from mcuq.ops.unary import LEAKY_RELU
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph

OUTPUTS_A_CASE = 4096
_TIE_ODDS = 0.4


@dataclass(frozen=True, order=True)
class Form:
    """An operator at one combination of widths.

    Attributes:
        kind: name of the operator.
        activations: "int8", "int16", or two of them ("int8 to int16") for QUANTIZE.
        weights: bits of the filter, 0 where there is none.
        per: what a scale of the filter belongs to.
    """

    kind: str
    activations: str
    weights: int = 0
    per: Per = "channel"

    @property
    def name(self) -> str:
        filters = f", int{self.weights} per {self.per}" if self.weights else ""
        return f"{self.kind} {self.activations}{filters}"


def forms() -> tuple[Form, ...]:
    """Every operator at every width that both mcuq and TFLite Micro have."""
    found = [Form("QUANTIZE", f"int{a} to int{b}") for a, b in ((8, 16), (16, 8))]
    for activations in ("int8", "int16"):
        for kind in FLOAT_OPERATORS:
            if kind.weighted:
                found += _filter_forms(kind, activations)
            elif activations == "int8" or kind is not RESIZE_BILINEAR:
                found.append(Form(kind.name, activations))
    return tuple(sorted(found))


def _filter_forms(kind: AnyOperator, activations: str) -> Iterator[Form]:
    for bits in (8, 4):
        # TFLite Micro has no int4 FULLY_CONNECTED with a scale a channel.
        if kind is not FULLY_CONNECTED or bits == 8:
            yield Form(kind.name, activations, bits, "channel")
        yield Form(kind.name, activations, bits, "tensor")


@dataclass(frozen=True)
class Sample:
    """A quantized operator and stored inputs for it, (samples, …)."""

    qgraph: QuantizedGraph
    inputs: list[npt.NDArray[np.integer]]


def sample(form: Form, seed: int) -> Sample:
    """The operator that belongs to a seed, the same each time."""
    rng = np.random.default_rng(seed)
    qgraph = _conversion(form, rng) if form.kind == "QUANTIZE" else _operator(form, rng)
    size = qgraph.tensors[qgraph.outputs[0]].size
    samples = max(2, OUTPUTS_A_CASE // max(1, size))
    return Sample(qgraph, [_stored(qgraph, name, samples, rng) for name in qgraph.inputs])


def differences(case: Sample) -> tuple[int, int]:
    """(outputs compared, outputs that differ) between mcuq's evaluation and TFLite Micro."""
    name = case.qgraph.outputs[0]
    got = run_integer(case.qgraph, case.inputs)[name]
    expected = tflm_outputs(case.qgraph, case.inputs)[0].reshape(got.shape)
    return got.size, int(np.count_nonzero(got != expected))


def _operator(form: Form, rng: Rng) -> QuantizedGraph:
    kind = operator(form.kind)
    case = _with_extremes(random_case(kind, rng), rng)
    choice = WeightChoice(form.weights or 8, per=form.per)
    bits = 16 if form.activations == "int16" else 8
    scheme = "symmetric" if rng.random() < 0.2 else "asymmetric"
    config = Config(default_weight=choice, activation_bits=bits, activations=scheme)
    return quantize(case.graph, case.ranges, config)


def _conversion(form: Form, rng: Rng) -> QuantizedGraph:
    """QUANTIZE between two integer widths, as `--wide` puts it in."""
    graph = Graph(
        "case",
        {name: Tensor(name, (1, 1024)) for name in ("x0", "y")},
        (
            Op(
                LEAKY_RELU,
                "op",
                ("x0",),
                ("y",),
                random_case(LEAKY_RELU, rng).graph.ops[0].attrs,
            ),
        ),
        ("x0",),
        ("y",),
    )
    ranges = _ranges(graph, rng)
    source, result = (int(word[3:]) for word in form.activations.split(" to "))
    kept = {b: quantize(graph, ranges, Config(activation_bits=b)).tensors for b in (source, result)}
    stored = {"x0": kept[source]["x0"], "y": kept[result]["y"]}
    op = Op(QUANTIZE, "op", ("x0",), ("y",), NoAttrs())
    return QuantizedGraph("case", stored, (op,), ("x0",), ("y",))


def _with_extremes(case: Case, rng: Rng) -> Case:
    graph = case.graph
    tensors = {
        name: replace(t, data=_extreme(t.data, rng)) if t.data is not None else t
        for name, t in graph.tensors.items()
    }
    changed = replace(graph, tensors=tensors)
    return Case(changed, _ranges(changed, rng))


def _extreme(data: npt.NDArray[np.float32], rng: Rng) -> npt.NDArray[np.float32]:
    """A constant, half of the time with channels or all of it dead, tiny, constant or huge."""
    changed = data.copy()
    channel = int(rng.integers(changed.shape[-1]))
    match int(rng.integers(10)):
        case 0:
            changed[...] = 0
        case 1:
            changed[..., channel] = 0
            changed[0] = 0
        case 2:
            changed[0] *= np.float32(1e-30)
        case 3:
            changed[0] = changed[0].ravel()[0]
        case 4:
            changed *= np.float32(10.0 ** rng.uniform(-6, 6))
        case _:
            pass
    return changed


def _ranges(graph: Graph, rng: Rng) -> FixedRanges:
    """Ranges of random size; often such that scales are in a ratio that makes ties."""
    spread = float(rng.choice([1.0, 3.0, 6.0, 12.0, 30.0]))
    names = (*graph.inputs, *graph.outputs)
    widths = {name: 10.0 ** rng.uniform(-spread, spread) for name in names}
    if rng.random() < _TIE_ODDS:
        # k steps of the input are m + 1/2 of the output: rounding decides.
        ratio = int(rng.integers(1, 256)) / (int(rng.integers(0, 128)) + 0.5)
        for name in names:
            widths[name] = widths[names[0]] * (ratio if name in graph.outputs else 1.0)
    return FixedRanges({name: _span(width, rng) for name, width in widths.items()})


def _span(width: float, rng: Rng) -> tuple[float, float]:
    low = float(rng.choice([0.0, 0.5, 1.0, rng.uniform(0, 1)]))
    return -width * low, width * (1.0 - low)


def _stored(qgraph: QuantizedGraph, name: str, samples: int, rng: Rng) -> npt.NDArray[np.integer]:
    """Random integers; every fourth sample at the ends, every fourth near the zero point."""
    tensor = qgraph.tensors[name]
    low, high = integer_limits(tensor.bits)
    shape = (samples, *tensor.shape[1:])
    values = rng.integers(low, high + 1, shape)
    values[1::4] = rng.choice([low, high], values[1::4].shape)
    near = tensor.zero_point + rng.integers(-3, 4, values[3::4].shape)
    values[3::4] = np.clip(near, low, high)
    return values.astype(tensor.dtype)


def table(record: Mapping[str, Any]) -> str:
    """A recorded fuzz (scripts/fuzz_operators.py) as a Markdown table."""
    lines = ["| operator and widths | cases | outputs compared | differ |", "|---|--:|--:|--:|"]
    lines += [
        f"| {row['name']} | {row['cases'] - row['refused']:,} | {row['outputs']:,} "
        f"| {row['differing']:,} |"
        for row in record["rows"]
    ]
    return "\n".join(lines)
