"""Functions with int16 activations: operators that TFLite Micro has, near the real numbers."""

from __future__ import annotations

import numpy as np
import pytest
from oracles import tflm_outputs

from mcuq.calibrate import calibrate
from mcuq.errors import UsageError
from mcuq.importers.builder import GraphBuilder
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.ops.attrs import Attrs, NoAttrs
from mcuq.ops.functions import RSQRT
from mcuq.ops.operator import AnyOperator
from mcuq.ops.real_functions import EXP, NEG, SQUARE
from mcuq.ops.smooth import GELU, HARD_SIGMOID, SILU, GeluAttrs
from mcuq.ops.unary import HARD_SWISH
from mcuq.quantize import Config, quantize

WIDE = Config(activation_bits=16)
X = np.linspace(-6, 6, 4001, dtype=np.float32)[:, None]


@pytest.mark.parametrize(
    ("kind", "attrs", "steps"),
    [
        (HARD_SWISH, NoAttrs(), 8),
        (HARD_SIGMOID, NoAttrs(), 8),
        (SILU, NoAttrs(), 8),
        (GELU, GeluAttrs(approximate=True), 8),
        (NEG, NoAttrs(), 2),
        (SQUARE, NoAttrs(), 4),
    ],
)
def test_a_function_of_16_bits(kind: AnyOperator, attrs: Attrs, steps: int) -> None:
    build = GraphBuilder()
    y = build.op(kind, attrs, [build.input((1, 1), "x")], "y")
    graph = build.graph("f", (y,))
    qgraph = quantize(graph, calibrate(graph, X), WIDE)
    stored = quantize_inputs(qgraph, [X])
    found = run_integer(qgraph, stored)
    np.testing.assert_array_equal(tflm_outputs(qgraph, stored)[0].reshape(-1), found[y].reshape(-1))
    real = run_float(graph, [X])[y].reshape(-1)
    step = float(qgraph.tensors[y].scale[0])
    error = np.abs(dequantize_outputs(qgraph, found)[y].reshape(-1) - real)
    assert error.max() <= steps * step


def test_a_reciprocal_root_of_16_bits() -> None:
    build = GraphBuilder()
    y = build.op(RSQRT, NoAttrs(), [build.input((1, 1), "x")], "y")
    graph = build.graph("f", (y,))
    x = np.linspace(0.5, 20, 4001, dtype=np.float32)[:, None]
    qgraph = quantize(graph, calibrate(graph, x), WIDE)
    stored = [
        *quantize_inputs(qgraph, [x]),
    ]
    stored[0][:7] = [[-32768], [-32767], [-1], [0], [1], [2], [32767]]  # nothing here stops it
    found = run_integer(qgraph, stored)[y]
    np.testing.assert_array_equal(tflm_outputs(qgraph, stored)[0].reshape(-1), found.reshape(-1))
    real = dequantize_outputs(qgraph, {y: found})[y].reshape(-1)[7:]
    np.testing.assert_allclose(real, 1 / np.sqrt(x[7:, 0]), rtol=2e-3)


@pytest.mark.parametrize(
    ("kind", "attrs", "remedy"),
    [(GELU, GeluAttrs(), "by tanh"), (EXP, NoAttrs(), "keep 8 bits in front of and behind it")],
)
def test_what_the_runtime_lacks_is_named(kind: AnyOperator, attrs: Attrs, remedy: str) -> None:
    build = GraphBuilder()
    graph = build.graph("f", (build.op(kind, attrs, [build.input((1, 1), "x")], "y"),))
    ranges = calibrate(graph, X[:10])
    with pytest.raises(UsageError, match=f"{kind.name} 'y' has no form with 16-bit") as caught:
        quantize(graph, ranges, WIDE)
    assert f"no 16-bit {kind.name}" in caught.value.hint
    assert remedy in caught.value.hint
