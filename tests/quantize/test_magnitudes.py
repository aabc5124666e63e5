"""Values of any size that float32 holds are quantized as well as those around one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from graphs import GraphBuilder, Ranges
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tflm_outputs

from mcuq.calibrate import calibrate
from mcuq.data import load_data
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.functions import ABS, RSQRT
from mcuq.ops.movement import RESHAPE, ReshapeAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.unary import HARD_SWISH, LOGISTIC, RELU6, TANH
from mcuq.ops.weighted import CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, FullyConnectedAttrs
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph

Floats = npt.NDArray[np.float32]


def network(inside: float, given: float, activation: Activation) -> tuple[Graph, Floats]:
    """Convolution, residual sum, dense layer: inputs of size `given`, values of size `inside`."""
    rng = np.random.default_rng(5)
    b = GraphBuilder()
    x = b.input("x", 1, 5, 5, 3)
    gain = inside / given
    one = [x, b.constant("w1", rng.normal(size=(6, 3, 3, 3)) * 0.3 * gain)]
    one.append(b.constant("b1", rng.normal(size=6) * 0.1 * inside))
    attrs = ConvAttrs(padding=Padding.SAME, activation=activation)
    a = b.op(CONV_2D, "a", one, 1, 5, 5, 6, attrs=attrs)
    two = [a, b.constant("w2", rng.normal(size=(6, 1, 1, 6)) * 0.4)]
    c = b.op(CONV_2D, "c", two, 1, 5, 5, 6, attrs=ConvAttrs(activation=activation))
    summed = b.op(ADD, "s", [a, c], 1, 5, 5, 6, attrs=BinaryAttrs(activation))
    flat = b.op(RESHAPE, "f", [summed], 1, 150, attrs=ReshapeAttrs((1, 150)))
    dense = [flat, b.constant("w3", rng.normal(size=(4, 150)) * 0.1)]
    out = b.op(FULLY_CONNECTED, "y", dense, 1, 4, attrs=FullyConnectedAttrs())
    return b.graph(out), (rng.normal(size=(32, 5, 5, 3)) * given).astype(np.float32)


def noise_db(graph: Graph, x: Floats, qgraph: QuantizedGraph) -> float:
    found = run_integer(qgraph, quantize_inputs(qgraph, [x]))
    real = dequantize_outputs(qgraph, found)["y"].astype(np.float64)
    expected = run_float(graph, [x])["y"].astype(np.float64)
    size = np.abs(expected).max()
    wrong = np.square((expected - real) / size).sum()
    return float(10 * np.log10(np.square(expected / size).sum() / wrong))


@settings(max_examples=40)
@given(
    inside=st.floats(-28, 28),
    given_=st.floats(-12, 12),
    activation=st.sampled_from([Activation.NONE, Activation.RELU]),
    config=st.sampled_from(
        [
            Config(),
            Config(activation_bits=16),
            Config(activations="symmetric"),
            Config(default_weight=WeightChoice(8, per="tensor")),
        ]
    ),
)
def test_size_does_not_matter(
    inside: float, given_: float, activation: Activation, config: Config
) -> None:
    graph, x = network(10**inside, 10 ** (inside + given_ / 2), activation)
    qgraph = quantize(graph, calibrate(graph, x), config)
    assert noise_db(graph, x, qgraph) > 27
    inputs = quantize_inputs(qgraph, [x[:4]])
    got = run_integer(qgraph, inputs)["y"]
    np.testing.assert_array_equal(got, tflm_outputs(qgraph, inputs)[0].reshape(got.shape))


@pytest.mark.parametrize("size", [1e-30, 1e-12, 1e-9, 1e-3])
@pytest.mark.parametrize("activation", [Activation.RELU6, Activation.RELU_N1_TO_1])
def test_far_bounds_are_left_out(size: float, activation: Activation) -> None:
    """6 is over 2^31 steps from 0: TFLite Micro would not load the model."""
    graph, x = network(size, size, activation)
    qgraph = quantize(graph, calibrate(graph, x))
    assert noise_db(graph, x, qgraph) > 27
    inputs = quantize_inputs(qgraph, [x[:4]])
    got = run_integer(qgraph, inputs)["y"]
    np.testing.assert_array_equal(got, tflm_outputs(qgraph, inputs)[0].reshape(got.shape))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("kind", [LOGISTIC, TANH, HARD_SWISH, RELU6])
@pytest.mark.parametrize("power", range(-36, 37, 4))
def test_functions_of_any_range_equal_tflite_micro_or_are_refused(
    kind: AnyOperator, power: int, bits: int
) -> None:
    b = GraphBuilder()
    graph = b.graph(b.op(kind, "y", [b.input("x", 1, 256)], 1, 256))
    width = 10.0**power
    ranges = Ranges({"x": (-width, width), "y": (-width, width)})
    try:
        qgraph = quantize(graph, ranges, Config(activation_bits=bits))
    except InputError as error:
        assert power >= 4 and "'y'" in str(error) and "calibration" in str(error.hint)
        return
    top = 1 << (bits - 1)
    x = np.linspace(-top, top - 1, 256).astype(f"int{bits}")[None]
    got = run_integer(qgraph, [x])["y"]
    np.testing.assert_array_equal(got, tflm_outputs(qgraph, [x])[0].reshape(got.shape))


@pytest.mark.parametrize("power", range(-36, 37, 4))
@pytest.mark.parametrize("result", range(-36, 37, 4))
def test_reciprocal_roots_of_any_range_equal_tflite_micro_or_are_refused(
    power: int, result: int
) -> None:
    b = GraphBuilder()
    graph = b.graph(b.op(RSQRT, "y", [b.input("x", 1, 256)], 1, 256))
    ranges = Ranges({"x": (0.0, 10.0**power), "y": (0.0, 10.0**result)})
    try:
        qgraph = quantize(graph, ranges)
    except InputError as error:
        # Beyond 2^12 × 256 / √(10^power / 255): 10^7.2 times what 10^power gives.
        assert result + power / 2 > 7 and "'y'" in str(error) and "constant" in str(error.hint)
        return
    x = np.arange(-128, 128).astype(np.int8)[None]
    got = run_integer(qgraph, [x])["y"]
    np.testing.assert_array_equal(got, tflm_outputs(qgraph, [x])[0].reshape(got.shape))


def test_a_reciprocal_root_beside_a_wide_activation() -> None:
    b = GraphBuilder()
    root = b.op(RSQRT, "root", [b.input("x", 1, 4)], 1, 4)
    graph = b.graph(b.op(ABS, "y", [root], 1, 4))
    ranges = Ranges({"x": (0.0, 1.0), "root": (0.0, 9.0), "y": (0.0, 9.0)})
    qgraph = quantize(graph, ranges, Config(wide=("y",)))
    inputs = [np.arange(-128, 128).astype(np.int8).reshape(64, 4)]
    got = run_integer(qgraph, inputs)["y"]
    assert got.dtype == np.int16
    np.testing.assert_array_equal(got, tflm_outputs(qgraph, inputs)[0].reshape(got.shape))


@pytest.mark.parametrize(
    ("low", "config"), [(-0.1, Config()), (0.0, Config(activations="symmetric"))]
)
def test_reciprocal_roots_of_values_below_zero_are_refused(low: float, config: Config) -> None:
    b = GraphBuilder()
    graph = b.graph(b.op(RSQRT, "y", [b.input("x", 1, 4)], 1, 4))
    with pytest.raises(InputError, match=r"RSQRT 'y': its input can hold -.* below 0"):
        quantize(graph, Ranges({"x": (low, 1.0), "y": (0.0, 9.0)}), config)


@pytest.mark.parametrize(("bits", "least"), [(8, 35.0), (16, 40.0)])
def test_tiny_inputs_from_elsewhere(cases: Path, bits: int, least: float) -> None:
    pytest.importorskip("onnx")
    graph = load_model(cases / "models" / "tiny_input_1e-09.onnx")
    x = load_data(cases / "data" / "tiny_input_1e-09.npz", graph).inputs[0]
    qgraph = quantize(graph, calibrate(graph, x), Config(activation_bits=bits))
    assert noise_db(graph, x, qgraph) > least
