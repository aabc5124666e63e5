"""Dynamic range: formulas, agreement with LiteRT's hybrid operators, closeness to float."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from operator_cases import cases, least_case

from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import UsageError
from mcuq.importers import load_model
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.numeric.single import exp_single, quantize_dynamically
from mcuq.ops.catalog import WEIGHTED_OPERATORS
from mcuq.ops.operator import AnyOperator, NoForm
from mcuq.ops.weighted import CONV_2D
from mcuq.quantize import Config, WeightChoice, is_dynamic, quantize_dynamic
from mcuq.tflite.runtime import Interpreter

REALS = st.floats(-1e6, 1e6, width=32, allow_subnormal=False)


def litert(flatbuffer: bytes, x: np.ndarray) -> np.ndarray:
    interpreter = Interpreter(model_content=flatbuffer)
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    found = []
    for sample in x:
        interpreter.set_tensor(source["index"], sample.reshape(source["shape"]))
        interpreter.invoke()
        found.append(interpreter.get_tensor(result["index"]).copy())
    return np.stack(found)


@given(st.lists(REALS, min_size=1, max_size=40))
def test_each_sample_has_its_own_symmetric_scale(values: list[float]) -> None:
    x = np.array([values, [2 * v for v in values]], np.float32)
    stored, scale = quantize_dynamically(x)
    for row, integers, step in zip(x, stored, scale, strict=True):
        largest = Fraction(float(np.abs(row).max()))
        if largest == 0:
            assert step == 1 and not integers.any()
            continue
        assert abs(Fraction(float(step)) - largest / 127) <= largest / 127 / (1 << 23)
        for real, integer in zip(row, integers, strict=True):
            quotient = Fraction(float(real)) / Fraction(float(step))
            assert abs(quotient - int(integer)) <= Fraction(1, 2) + Fraction(1, 1 << 10)
        assert np.abs(integers).max() == 127


@given(st.floats(-100, 0, width=32))
def test_exp_is_within_two_units_in_the_last_place(x: float) -> None:
    found = float(exp_single(np.array([x], np.float32))[0])
    exact = math.exp(np.float32(x)) if x >= -87 else 0.0
    assert abs(found - exact) <= 2 * 2.0**-23 * max(exact, 2.0**-126)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize(
    "kind", [kind for kind in WEIGHTED_OPERATORS if not isinstance(kind.dynamic, NoForm)]
)
@settings(max_examples=10)
@given(data=st.data())
def test_hybrid_operators_agree_with_litert(
    kind: AnyOperator, bits: int, data: st.DataObject
) -> None:
    case = data.draw(cases(kind))
    graph, weight = case.graph, case.shapes["w"]
    # LiteRT has no grouped hybrid convolution.
    assume(kind is not CONV_2D or weight[3] == case.shapes["x0"][3])
    qgraph = quantize_dynamic(graph, Config(default_weight=WeightChoice(bits)))
    assert is_dynamic(qgraph)
    (x,) = case.reals()
    got = run_integer(qgraph, [x])["y"]
    expected = litert(tflite_bytes(qgraph, packed_int4=False), x).reshape(got.shape)
    # Both round inputs to steps of their own: compare with what a step of each input is worth.
    filters = qgraph.tensors["w"]
    others = tuple(
        i for i in range(len(weight)) if i != (3 if len(weight) == 4 and weight[0] == 1 else 0)
    )
    size = np.abs(filters.data.astype(np.float64)).sum(axis=others).max() * filters.scale.max()
    np.testing.assert_allclose(got, expected, atol=float(size * np.abs(x).max() / 127) + 1e-6)


def test_narrow_filters_are_refused() -> None:
    graph = least_case(CONV_2D).graph
    with pytest.raises(UsageError, match="int8 and int4"):
        quantize_dynamic(graph, Config(default_weight=WeightChoice(2)))


@pytest.mark.parametrize("name", ["resnet8", "kws"])
def test_models_keep_the_float_models_answers(mlperf_tiny: Path, name: str) -> None:
    graph = load_model(mlperf_tiny / f"{name}_float32.tflite")
    x = np.load(mlperf_tiny / f"{name}_search.npz")["x"][:24].astype(np.float32)
    x = x.reshape(len(x), *graph.tensors[graph.inputs[0]].shape[1:])
    qgraph = quantize_dynamic(graph)
    output = graph.outputs[0]
    got = run_integer(qgraph, [x])[output]
    real = run_float(graph, [x])[output]
    np.testing.assert_allclose(got, real, atol=0.12)
    hybrid = litert(tflite_bytes(qgraph), x).reshape(got.shape)
    np.testing.assert_allclose(got, hybrid, atol=0.12)
    assert (got.argmax(axis=1) == real.argmax(axis=1)).mean() >= 0.95
