"""L2_POOL_2D, which becomes squares, a mean and a root, equals LiteRT."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import run_litert, tflm_outputs
from tflite_files import opts

from mcuq.calibrate import calibrate
from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.quantize import quantize
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model

ACTIVATIONS = schema.ActivationFunctionType


def pooled(kernel: tuple[int, int], stride: tuple[int, int], same: bool, activation: int) -> bytes:
    """A pooling of (1, 7, 6, 3)."""
    window = {"filterHeight": kernel[0], "filterWidth": kernel[1]}
    options = opts(
        "Pool2D",
        padding=schema.Padding.SAME if same else schema.Padding.VALID,
        strideH=stride[0],
        strideW=stride[1],
        fusedActivationFunction=activation,
        **window,
    )
    sizes = [
        -(-size // step) if same else (size - k) // step + 1
        for size, step, k in zip((7, 6), stride, kernel, strict=True)
    ]
    tensors = [
        TensorSpec("x", (1, 7, 6, 3), "float32"),
        TensorSpec("y", (1, *sizes, 3), "float32"),
    ]
    return build_model(tensors, [OperatorSpec("L2_POOL_2D", (0,), (1,), options)], [0], [1])


@given(
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    same=st.booleans(),
    activation=st.sampled_from([ACTIVATIONS.NONE, ACTIVATIONS.RELU, ACTIVATIONS.RELU6]),
)
@settings(max_examples=20, deadline=None)
def test_equals_litert_and_tflite_micro(
    kernel: tuple[int, int], stride: tuple[int, int], same: bool, activation: int
) -> None:
    content = pooled(kernel, stride, same, activation)
    x = np.random.default_rng(0).normal(0, 4, (5, 7, 6, 3)).astype(np.float32)
    graph = load_tflite(content)
    expected = np.concatenate([outputs[0] for outputs in run_litert(content, [x])])
    found = run_float(graph, [x])[graph.outputs[0]]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    qgraph = quantize(graph, calibrate(graph, [x]))
    stored = quantize_inputs(qgraph, [x])
    got = run_integer(qgraph, stored)[qgraph.outputs[0]]
    np.testing.assert_array_equal(got, tflm_outputs(qgraph, stored)[0].reshape(got.shape))


def test_an_activation_between_minus_one_and_one() -> None:
    with pytest.raises(InputError, match="is none, RELU or RELU6"):
        load_tflite(pooled((2, 2), (1, 1), False, ACTIVATIONS.RELU_N1_TO_1))
