"""What each quantization scheme does to one model: accuracy and bytes, by exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import OBSERVERS, Ranges, calibrate
from mcuq.cost import weight_bytes
from mcuq.data import Dataset
from mcuq.evaluate.float import run_float
from mcuq.evaluate.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.graph import Graph
from mcuq.numeric import TERNARY, width_name
from mcuq.quantize import Config, QuantizedGraph, WeightChoice, quantize, quantize_dynamic
from mcuq.quantize.candidates import build_bank

Reals = npt.NDArray[np.float32]
_NARROW_METHODS = ("minmax", "refit")
_FLOAT_BYTES = 4


@dataclass(frozen=True)
class SchemeRow:
    """One line of the table.

    Attributes:
        scheme: what distinguishes it.
        top1: share of evaluation samples answered correctly.
        weights: bytes of all filters as stored.
        activations: bytes of the largest activation.
    """

    scheme: str
    top1: float
    weights: int
    activations: int


def scheme_rows(
    graph: Graph,
    calibration: Dataset,
    evaluation: Dataset,
    report: Callable[[str], None] = lambda text: None,
) -> Iterator[SchemeRow]:
    """A row a scheme; the float model first.

    Args:
        graph: the float model, one output of class scores.
        calibration: samples for ranges, and for methods that fit weights.
        evaluation: samples with labels.
        report: told the name of each scheme before it is computed.
    """
    output = graph.outputs[0]
    labels = evaluation.labels
    assert labels is not None  # the caller asks for labelled data
    ranges = calibrate(graph, calibration.inputs, OBSERVERS)

    def judged(scheme: str, scores: Reals, weights: int, size: int) -> SchemeRow:
        right = scores.reshape(len(labels), -1).argmax(axis=1) == labels.reshape(-1)
        return SchemeRow(scheme, float(right.mean()), weights, size)

    report("float32")
    floats = sum(graph.tensors[name].size for name in graph.weights) * _FLOAT_BYTES
    largest = max(graph.tensors[name].size for name in graph.activations)
    scores = run_float(graph, evaluation.inputs)[output]
    yield judged("float32", scores, floats, largest * _FLOAT_BYTES)
    for scheme, make in _schemes(graph, ranges, calibration):
        report(scheme)
        qgraph = make()
        stored = run_integer(qgraph, quantize_inputs(qgraph, evaluation.inputs))
        size = max(t.nbytes for t in qgraph.tensors.values() if not t.is_constant)
        yield judged(scheme, dequantize_outputs(qgraph, stored)[output], weight_bytes(qgraph), size)


def _schemes(
    graph: Graph, ranges: Ranges, calibration: Dataset
) -> Iterator[tuple[str, Callable[[], QuantizedGraph]]]:
    def static(config: Config) -> Callable[[], QuantizedGraph]:
        return partial(quantize, graph, ranges, config)

    yield "int8, per channel, asymmetric", static(Config())
    yield "int8, per tensor", static(Config(default_weight=WeightChoice(per="tensor")))
    yield "int8, symmetric activations", static(Config(activations="symmetric"))
    for observer in OBSERVERS[1:]:
        yield f"int8, observer {observer}", static(Config(default_observer=observer))
    for bits in (8, 4):
        yield (
            f"dynamic, {width_name(bits)} weights",
            partial(quantize_dynamic, graph, Config(default_weight=WeightChoice(bits))),
        )
    yield "16x8", static(Config(activation_bits=16))
    for bits in (4, 2, TERNARY):
        for method in _NARROW_METHODS:
            choice = WeightChoice(bits, method)
            yield (
                f"{width_name(bits)} weights, {method}",
                partial(_fitted, graph, ranges, calibration, choice),
            )


def _fitted(
    graph: Graph, ranges: Ranges, calibration: Dataset, choice: WeightChoice
) -> QuantizedGraph:
    bank = build_bank(graph, ranges, calibration.inputs, methods=(choice,))
    return quantize(graph, ranges, Config(default_weight=choice), bank)
