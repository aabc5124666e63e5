"""Whole graphs: equal to TFLite Micro, prefixes reusable, inputs checked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from number_formats import Form, quantized, stored
from operator_cases import FixedRanges, cases, seeded_cases
from oracles import tflm_outputs

from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.importers.tflite import load_tflite
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.ops.weighted import CONV_2D
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.tflite.runtime import Interpreter


def minmax_ranges(graph: Graph, x: npt.NDArray[np.float32]) -> FixedRanges:
    values = run_float(graph, [x], keep=graph.activations)
    return FixedRanges({name: (float(v.min()), float(v.max())) for name, v in values.items()})


def benchmark(folder: Path, name: str) -> tuple[Graph, npt.NDArray[np.float32]]:
    graph = load_tflite(folder / f"{name}_float32.tflite")
    x = np.load(folder / f"{name}_search.npz")["x"][:64].astype(np.float32)
    return graph, x.reshape(len(x), *graph.tensors[graph.inputs[0]].shape[1:])


@pytest.mark.parametrize("name", ["resnet8", "kws"])
@pytest.mark.parametrize("bits", [8, 4])
def test_benchmark_models_equal_tflite_micro(mlperf_tiny: Path, name: str, bits: int) -> None:
    graph, x = benchmark(mlperf_tiny, name)
    config = Config(default_weight=WeightChoice(bits))
    qgraph = quantize(graph, minmax_ranges(graph, x), config)
    inputs = quantize_inputs(qgraph, [x])
    got = run_integer(qgraph, inputs)[qgraph.outputs[0]]
    np.testing.assert_array_equal(got, tflm_outputs(qgraph, inputs)[0].reshape(got.shape))
    Interpreter(model_content=tflite_bytes(qgraph)).allocate_tensors()


def test_int8_stays_close_to_the_float_model(mlperf_tiny: Path) -> None:
    graph, x = benchmark(mlperf_tiny, "kws")
    qgraph = quantize(graph, minmax_ranges(graph, x))
    name = qgraph.outputs[0]
    outputs = run_integer(qgraph, quantize_inputs(qgraph, [x]))
    real = dequantize_outputs(qgraph, outputs)[name]
    expected = run_float(graph, [x])[name]
    assert (real.argmax(axis=1) == expected.argmax(axis=1)).mean() >= 0.95


def small() -> tuple[QuantizedGraph, npt.NDArray[np.int8]]:
    case = seeded_cases(cases(CONV_2D), 5, 10)[-1]
    qgraph = quantized(case, Form("CONV_2D", weights=8))
    (x,) = stored(qgraph, seed=5)
    return qgraph, x


def test_known_activations_replace_what_made_them(mlperf_tiny: Path) -> None:
    graph, x = benchmark(mlperf_tiny, "kws")
    qgraph = quantize(graph, minmax_ranges(graph, x))
    middle = qgraph.ops[6].output
    kept = run_integer(qgraph, quantize_inputs(qgraph, [x]), keep=(middle, *qgraph.outputs))
    resumed = run_integer(qgraph, [], feed={middle: kept[middle]})
    np.testing.assert_array_equal(resumed[qgraph.outputs[0]], kept[qgraph.outputs[0]])


def test_samples_do_not_depend_on_their_company() -> None:
    qgraph, x = small()
    together = run_integer(qgraph, [x])["y"]
    alone = np.concatenate([run_integer(qgraph, [x[i : i + 1]])["y"] for i in range(len(x))])
    np.testing.assert_array_equal(together, alone)


def test_no_samples_give_no_outputs() -> None:
    qgraph, x = small()
    assert run_integer(qgraph, [x[:0]])["y"].shape[0] == 0


def test_a_missing_input_is_named() -> None:
    qgraph, _ = small()
    with pytest.raises(InputError, match="x0"):
        run_integer(qgraph, [])


@pytest.mark.parametrize("wrong", ["shape", "dtype"])
def test_a_wrong_input_is_refused(wrong: str) -> None:
    qgraph, x = small()
    bad = x[:, :-1] if wrong == "shape" else x.astype(np.float32)
    with pytest.raises(InputError, match="x0"):
        run_integer(qgraph, [bad])  # type: ignore[list-item]
