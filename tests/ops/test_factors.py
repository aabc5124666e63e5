"""Real factors are made in double: scales chosen so that float32 would round the other way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from oracles import tflm_outputs

from mcuq.graph import Op
from mcuq.interpret.integer import run_integer
from mcuq.numeric import multiply_by_quantized_multiplier, quantize_multiplier
from mcuq.numeric.activation import Activation
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import Attrs, NoAttrs
from mcuq.ops.binary import ADD, SUB, BinaryAttrs
from mcuq.ops.conversion import QUANTIZE
from mcuq.ops.functions import ABS, ELU, RSQRT
from mcuq.ops.operator import AnyOperator
from mcuq.ops.unary import HARD_SWISH, LEAKY_RELU, RELU, LeakyReluAttrs
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.ops.weighted_params import FullyConnectedAttrs
from mcuq.prequantized.load import load_quantized
from mcuq.quantized import QuantizedGraph
from mcuq.tflite.micro import run_micro

Float = np.float32
EVERY = np.arange(-128, 128, dtype=np.int8)[None]


def tensor(
    name: str, shape: tuple[int, ...], scale: np.float32, zero_point: int = 0, bits: int = 8
) -> QuantizedTensor:
    return QuantizedTensor(name, shape, bits, np.array([scale], np.float32), zero_point)


def near_ties(seed: int, count: int) -> Iterator[tuple[np.float32, np.float32]]:
    """(input scale, output scale) where k input steps are nearly m + 1/2 output steps."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        step = Float(10 ** rng.uniform(-4, 2))
        ratio = Float(rng.integers(1, 256)) / Float(rng.integers(0, 127) + 0.5)
        towards = Float(rng.choice([0, np.inf]))
        yield step, np.nextafter(step * ratio, towards) if rng.random() < 0.6 else step * ratio


def assert_equal(graph: QuantizedGraph, inputs: list[npt.NDArray[np.integer]]) -> None:
    expected = tflm_outputs(graph, inputs)[0]
    got = run_integer(graph, inputs)[graph.outputs[0]]
    np.testing.assert_array_equal(got, expected.reshape(got.shape))


UNARY: list[tuple[AnyOperator, Attrs]] = [
    (RELU, NoAttrs()),
    (LEAKY_RELU, LeakyReluAttrs(1.0)),
    (LEAKY_RELU, LeakyReluAttrs(0.3)),
    # Ties of a negative slope go the other way.
    (LEAKY_RELU, LeakyReluAttrs(-1.5)),
    (ABS, NoAttrs()),
    (ELU, NoAttrs()),
    (QUANTIZE, NoAttrs()),
]


@pytest.mark.parametrize(("kind", "attrs"), UNARY)
def test_unary_operators_near_ties(kind: AnyOperator, attrs: Attrs) -> None:
    low = 127 if kind is LEAKY_RELU else -128
    for source, result in near_ties(1, 150):
        tensors = {"x": tensor("x", (1, 256), source, low), "y": tensor("y", (1, 256), result, low)}
        op = Op(kind, "y", ("x",), ("y",), attrs)
        assert_equal(QuantizedGraph("near", tensors, (op,), ("x",), ("y",)), [EVERY])


def test_reciprocal_roots_near_ties() -> None:
    rng = np.random.default_rng(6)
    for _ in range(300):
        source = Float(10 ** rng.uniform(-6, 3))
        # The root of an integer is nearly half way between two steps of the output.
        factor = (rng.integers(20, 126) + 0.5) * np.sqrt(rng.integers(2, 255))
        result = np.nextafter(Float(1 / (np.sqrt(float(source)) * factor)), Float(np.inf))
        tensors = {
            "x": tensor("x", (1, 256), source, -128),
            "y": tensor("y", (1, 256), result, -128),
        }
        op = Op(RSQRT, "y", ("x",), ("y",), NoAttrs())
        assert_equal(QuantizedGraph("near", tensors, (op,), ("x",), ("y",)), [EVERY])


def test_hard_swish_near_ties() -> None:
    rng = np.random.default_rng(2)
    for _ in range(300):
        source = Float(10 ** rng.uniform(-3, 0))
        # The 16-bit multiplier of the output is nearly half way between two.
        mantissa = (rng.integers(1 << 14, 1 << 15) + 0.5) / (1 << 15)
        result = Float(float(source) / 128 / mantissa * 2.0 ** int(rng.integers(0, 6)))
        zero = int(rng.integers(-128, 127))
        tensors = {"x": tensor("x", (1, 256), source, zero), "y": tensor("y", (1, 256), result, -9)}
        op = Op(HARD_SWISH, "y", ("x",), ("y",), NoAttrs())
        assert_equal(QuantizedGraph("near", tensors, (op,), ("x",), ("y",)), [EVERY])


@pytest.mark.parametrize("kind", [ADD, SUB])
def test_sums_near_ties(kind: AnyOperator) -> None:
    pairs = [x.astype(np.int8).reshape(1, 256, 256) for x in np.mgrid[-128:128, -128:128]]
    for source, result in near_ties(3, 40):
        result = max(result, source * Float(0.01))
        tensors = {
            "a": tensor("a", (1, 256, 256), source),
            "b": tensor("b", (1, 256, 256), source * Float(0.7)),
            "y": tensor("y", (1, 256, 256), result),
        }
        op = Op(kind, "y", ("a", "b"), ("y",), BinaryAttrs(Activation.NONE))
        assert_equal(QuantizedGraph("near", tensors, (op,), ("a", "b"), ("y",)), pairs)


def telling_bias(step: np.float32, weight: np.float32, result: np.float32) -> int | None:
    """A bias whose output differs between the two ways to make the factor; None: there is none."""
    wide = float(step) * float(weight) / float(result)
    rounded = float(step * weight) / float(result)
    for target in range(100, 120):
        sums = int((target + 0.5) / wide) + np.arange(-40, 40)
        found = [
            multiply_by_quantized_multiplier(sums, *quantize_multiplier(factor))
            for factor in (wide, rounded)
        ]
        differing = np.flatnonzero(found[0] != found[1])
        if differing.size:
            return int(sums[differing[0]])
    return None


@pytest.mark.parametrize("bits", [8, 4])
def test_one_scale_dense_layers_near_ties(bits: int) -> None:
    rng = np.random.default_rng(4)
    found = 0
    while found < 60:
        step, weight = Float(10 ** rng.uniform(-4, 2)), Float(10 ** rng.uniform(-4, 0))
        result = Float(float(step) * float(weight) * 2.0 ** rng.uniform(18, 22))
        bias = telling_bias(step, weight, result)
        if bias is None:
            continue
        found += 1
        tensors = {
            "x": tensor("x", (1, 4), step),
            "w": QuantizedTensor(
                "w", (1, 4), bits, np.array([weight]), 0, None, np.zeros((1, 4), np.int8)
            ),
            "b": QuantizedTensor(
                "b", (1,), 32, np.array([step * weight]), 0, None, np.array([bias], np.int32)
            ),
            "y": tensor("y", (1, 1), result),
        }
        op = Op(FULLY_CONNECTED, "y", ("x", "w", "b"), ("y",), FullyConnectedAttrs())
        graph = QuantizedGraph("near", tensors, (op,), ("x",), ("y",))
        assert_equal(graph, [np.zeros((1, 4), np.int8)])


def test_a_dense_layer_of_four_bits_from_elsewhere(cases: Path) -> None:
    content = (cases / "models" / "fc_int4_one_op_mismatch.tflite").read_bytes()
    x = np.load(cases / "data" / "fc_int4_one_op_mismatch_input.npy")
    graph = load_quantized(content)
    x = x.reshape(-1, *graph.tensors[graph.inputs[0]].shape[1:])
    got = run_integer(graph, [x])[graph.outputs[0]]
    np.testing.assert_array_equal(got, run_micro(content, [x])[0].reshape(got.shape))
