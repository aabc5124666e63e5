"""What each quantization scheme does to one model: accuracy and bytes, by exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import OBSERVERS, Ranges, calibrate
from mcuq.cost import weight_bytes
from mcuq.data import Dataset
from mcuq.finetune import finetune
from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric import TERNARY, width_name
from mcuq.ptq.candidates import build_bank
from mcuq.quantize import Config, WeightChoice, quantize, quantize_dynamic
from mcuq.quantized import QuantizedGraph

Reals = npt.NDArray[np.float32]
_NARROW_METHODS = ("minmax", "refit")
_NARROW_WIDTHS = (4, 2, TERNARY)
_CALIBRATED_ON = 512
_AT_ONCE = 250
_FLOAT_BYTES = 4


@dataclass(frozen=True)
class SchemeRow:
    """One line of the table.

    Attributes:
        scheme: what distinguishes it.
        top1: share of evaluation samples answered correctly; None where it was skipped.
        weights: bytes of all filters as stored.
        activations: bytes of the largest activation.
    """

    scheme: str
    top1: float | None
    weights: int
    activations: int


def scheme_rows(graph: Graph, samples: Dataset, evaluation: Dataset) -> Iterator[SchemeRow]:
    """A row a scheme; the float model first.

    Args:
        graph: the float model, one output of class scores.
        samples: what fine-tuning trains on, without labels; the first `_CALIBRATED_ON` give ranges,
            and fit weights where a method does that.
        evaluation: samples with labels.
    """
    assert evaluation.labels is not None  # the caller asks for labelled data
    samples = replace(samples, labels=None)
    calibration = samples.take(_CALIBRATED_ON)
    ranges = calibrate(graph, calibration.inputs, OBSERVERS)
    floats = sum(graph.tensors[name].size for name in graph.weights) * _FLOAT_BYTES
    largest = max(graph.tensors[name].size for name in graph.activations)
    scores = run_float(graph, evaluation.inputs)[graph.outputs[0]]
    yield SchemeRow("float32", _top1(scores, evaluation), floats, largest * _FLOAT_BYTES)
    for scheme, make in _schemes(graph, ranges, calibration):
        yield _scored(scheme, make(), evaluation)
    for bits in _NARROW_WIDTHS:
        scheme = f"{width_name(bits)} weights, fine-tuned"
        yield _tuned_row(scheme, graph, samples, evaluation, bits)


def _top1(scores: Reals, evaluation: Dataset) -> float:
    labels = evaluation.labels
    assert labels is not None
    right = scores.reshape(len(labels), -1).argmax(axis=1) == labels.reshape(-1)
    return float(right.mean())


def _scored(scheme: str, qgraph: QuantizedGraph, evaluation: Dataset) -> SchemeRow:
    """By exact integer arithmetic, some samples at a time."""
    parts = []
    for start in range(0, len(evaluation), _AT_ONCE):
        inputs = [x[start : start + _AT_ONCE] for x in evaluation.inputs]
        stored = run_integer(qgraph, quantize_inputs(qgraph, inputs))
        parts.append(dequantize_outputs(qgraph, stored)[qgraph.outputs[0]])
    size = max(t.nbytes for t in qgraph.tensors.values() if not t.is_constant)
    top1 = _top1(np.concatenate(parts), evaluation)
    return SchemeRow(scheme, top1, weight_bytes(qgraph), size)


def _tuned_row(
    scheme: str, graph: Graph, samples: Dataset, evaluation: Dataset, bits: int
) -> SchemeRow:
    """After training with the defaults of `mcuq finetune`; skipped without TensorFlow."""
    config = Config(default_weight=WeightChoice(bits))
    if find_spec("tensorflow") is None:
        ranges = calibrate(graph, samples.take(1).inputs, [config.default_observer])
        plain = quantize(graph, ranges, config)
        size = max(t.nbytes for t in plain.tensors.values() if not t.is_constant)
        return SchemeRow(scheme, None, weight_bytes(plain), size)
    return _scored(scheme, finetune(graph, samples, config).quantized(), evaluation)


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
    for bits in _NARROW_WIDTHS:
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
