"""A file that is quantized already gives back exactly the integers that were put into it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from movement_strategies import is_read_otherwise
from number_formats import stored
from operator_cases import cases, least_case, random_reals

from mcuq.calibrate import calibrate
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.importers import load_tflite
from mcuq.interpret.integer import run_integer
from mcuq.numeric.element import Element
from mcuq.ops.cast import CAST
from mcuq.ops.catalog import FLOAT_OPERATORS
from mcuq.ops.clip import CLIP
from mcuq.ops.extremes import MAXIMUM, MINIMUM
from mcuq.ops.operator import AnyOperator
from mcuq.ops.unary import LEAKY_RELU
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import FullyConnectedAttrs
from mcuq.prequantized.load import load_quantized, stored_ranges
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model
from mcuq.tflite.float_model import float_tflite_bytes
from mcuq.tflite.micro import run_micro
from mcuq.tflite.operators.catalog import FORMS


def _quantized(graph: Graph, bits: int = 8) -> QuantizedGraph:
    ranges = calibrate(graph, random_reals(graph, 1))
    return quantize(graph, ranges, Config(default_weight=WeightChoice(bits)))


def _assert_same(actual: QuantizedGraph, expected: QuantizedGraph) -> None:
    assert (actual.inputs, actual.outputs) == (expected.inputs, expected.outputs)
    assert [(op.kind, op.output, op.attrs) for op in actual.ops] == [
        (op.kind, op.output, op.attrs) for op in expected.ops
    ]
    for name, tensor in expected.tensors.items():
        found = actual.tensors[name]
        assert replace(found, scale=tensor.scale, data=None) == replace(tensor, data=None)
        np.testing.assert_array_equal(found.scale, tensor.scale)
        if tensor.data is not None:
            np.testing.assert_array_equal(found.data, tensor.data)
            assert found.data is not None and found.data.dtype == tensor.data.dtype


def _assert_same_integers(actual: QuantizedGraph, expected: QuantizedGraph, seed: int) -> None:
    """In other words: the same outputs of the same inputs."""
    inputs = stored(expected, seed)
    (found,), (wanted,) = (run_integer(graph, inputs).values() for graph in (actual, expected))
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("kind", [kind for kind in FLOAT_OPERATORS if kind is not CLIP])
@given(data=st.data())
@settings(max_examples=8)
def test_every_operator_survives(kind: AnyOperator, data: st.DataObject) -> None:
    graph = data.draw(cases(kind)).graph
    # The writer adds biases that LiteRT asks for.
    weighted = kind in (CONV_2D, DEPTHWISE_CONV_2D)
    assume(not weighted or len(graph.ops[0].inputs) == 3)
    expected = _quantized(graph)
    # A float32 value that is quantized keeps its own name.
    assume(not (kind is CAST and expected.tensors["y"].element is Element.REAL))
    found = load_quantized(tflite_bytes(expected))
    if is_read_otherwise(graph):
        _assert_same_integers(found, expected, seed=0)
    else:
        _assert_same(found, expected)


@given(data=st.data())
@settings(max_examples=20)
def test_casts_to_reals_keep_their_integers(data: st.DataObject) -> None:
    case = data.draw(cases(CAST))
    expected = _quantized(case.graph)
    assume(expected.tensors["y"].element is Element.REAL)
    actual = load_quantized(tflite_bytes(expected))
    _assert_same_integers(actual, expected, case.numbers.seed)


@pytest.mark.parametrize("bits", [8, 16])
@given(data=st.data())
@settings(max_examples=25)
def test_clips_are_read_as_what_stands_for_them(bits: int, data: st.DataObject) -> None:
    """MAXIMUM and MINIMUM: other operators, the same integers."""
    case = data.draw(cases(CLIP))
    config = Config(activation_bits=bits)
    expected = quantize(case.graph, calibrate(case.graph, random_reals(case.graph, 1)), config)
    found = load_quantized(tflite_bytes(expected))
    assert {op.kind for op in found.ops} <= {MAXIMUM, MINIMUM}
    _assert_same_integers(found, expected, case.numbers.seed)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("model", ["resnet8", "kws"])
def test_whole_models_give_the_same_file(mlperf_tiny: Path, model: str, bits: int) -> None:
    graph = load_tflite((mlperf_tiny / f"{model}_float32.tflite").read_bytes())
    # With a scale a channel a dense layer of 4 bits is a convolution in the file, whose tensors
    # stand in another order when it is read: tests/emit/test_dense.py compares its integers.
    dense = (op.inputs[1] for op in graph.ops if op.kind is FULLY_CONNECTED)
    weights = {name: WeightChoice(bits, per="tensor") for name in dense}
    ranges = calibrate(graph, random_reals(graph, 1))
    config = Config(weights, default_weight=WeightChoice(bits))
    content = tflite_bytes(quantize(graph, ranges, config))
    assert tflite_bytes(load_quantized(content)) == content


def test_quantizing_anew_by_the_stored_ranges_gives_the_same_integers(mlperf_tiny: Path) -> None:
    content = tflite_bytes(
        _quantized(load_tflite((mlperf_tiny / "kws_float32.tflite").read_bytes()))
    )
    stored = load_quantized(content)
    again = quantize(load_tflite(content), stored_ranges(stored))
    for name, tensor in stored.tensors.items():
        found = again.tensors[name]
        np.testing.assert_allclose(found.scale, tensor.scale, rtol=1e-6)
        assert found.zero_point == tensor.zero_point
        if tensor.bits == 8 and tensor.data is not None:
            np.testing.assert_array_equal(found.data, tensor.data)


def _with_edges() -> bytes:
    """Float in and out: QUANTIZE, an int8 dense layer, QUANTIZE to another scale, DEQUANTIZE."""
    narrow = {"scale": np.array([0.05]), "zero_point": np.array([-3])}
    wide = {"scale": np.array([0.1]), "zero_point": np.array([5])}
    stored = np.random.default_rng(0).integers(-127, 128, (3, 4)).astype(np.int8)
    tensors = [
        TensorSpec("x", (1, 4), "float32"),
        TensorSpec("xq", (1, 4), "int8", **narrow),
        TensorSpec("w", (3, 4), "int8", stored, np.array([0.02])),
        TensorSpec("b", (3,), "int32", np.arange(3, dtype=np.int32), np.array([0.001])),
        TensorSpec("yq", (1, 3), "int8", **narrow),
        TensorSpec("zq", (1, 3), "int8", **wide),
        TensorSpec("z", (1, 3), "float32"),
    ]
    dense = FORMS[FULLY_CONNECTED].options(FullyConnectedAttrs())
    operators = [
        OperatorSpec("QUANTIZE", (0,), (1,)),
        OperatorSpec("FULLY_CONNECTED", (1, 2, 3), (4,), dense),
        OperatorSpec("QUANTIZE", (4,), (5,)),
        OperatorSpec("DEQUANTIZE", (5,), (6,)),
    ]
    return build_model(tensors, operators, [0], [6])


def test_edges_vanish_and_rescaling_stays() -> None:
    qgraph = load_quantized(_with_edges())
    assert [op.kind for op in qgraph.ops] == [FULLY_CONNECTED, LEAKY_RELU]
    x = np.random.default_rng(1).integers(-128, 128, (20, 4)).astype(np.int8)
    ours = run_integer(qgraph, [x])[qgraph.outputs[0]]
    np.testing.assert_array_equal(ours, run_micro(tflite_bytes(qgraph), [x])[0].reshape(20, 3))
    # Read as a float model, the same file has the layer alone.
    assert [op.kind for op in load_tflite(_with_edges()).ops] == [FULLY_CONNECTED]


def test_float_files_and_asymmetric_weights_are_refused() -> None:
    dense = least_case(FULLY_CONNECTED).graph
    with pytest.raises(InputError, match="is stored as float32") as caught:
        load_quantized(float_tflite_bytes(dense))
    assert "quantize it anew" in caught.value.hint
    qgraph = _quantized(dense)
    name = qgraph.ops[0].inputs[1]
    shifted = replace(qgraph.tensors[name], zero_point=3)
    content = tflite_bytes(replace(qgraph, tensors={**qgraph.tensors, name: shifted}))
    with pytest.raises(InputError, match="not as symmetric int8"):
        load_quantized(content)
