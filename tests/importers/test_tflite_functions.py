"""Operators that are read as others: sums of several, powers, clips; and GELU's integers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from hypothesis import given
from hypothesis import strategies as st
from oracles import run_litert
from tflite_files import edited, opts

from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.ops.binary import ADD, MUL
from mcuq.ops.clip import CLIP
from mcuq.ops.functions import RSQRT
from mcuq.ops.operator import AnyOperator
from mcuq.ops.real_functions import SQRT, SQUARE
from mcuq.ops.smooth import GELU
from mcuq.prequantized.load import load_quantized
from mcuq.tflite.builder import OperatorSpec, TensorSpec, build_model

SHAPE = (1, 12)


def _file(kind: str, inputs: int, constants: list[np.ndarray], options: object = None) -> bytes:
    names = [f"x{i}" for i in range(inputs)]
    tensors = [TensorSpec(name, SHAPE, "float32") for name in names]
    tensors += [
        TensorSpec(f"c{i}", data.shape, "float32", data) for i, data in enumerate(constants)
    ]
    tensors.append(TensorSpec("y", SHAPE, "float32"))
    operands = tuple(range(len(tensors) - 1))
    spec = OperatorSpec(kind, operands, (len(tensors) - 1,), options)
    return build_model(tensors, [spec], range(inputs), [len(tensors) - 1])


def _assert_equals_litert(content: bytes, inputs: list[np.ndarray]) -> None:
    expected = np.concatenate([outputs[0] for outputs in run_litert(content, inputs)])
    graph = load_tflite(content)
    found = run_float(graph, inputs)[graph.outputs[0]]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def _values(inputs: int, low: float = -3.0) -> list[np.ndarray]:
    rng = np.random.default_rng(inputs)
    return [rng.uniform(low, 3.0, (4, SHAPE[1])).astype(np.float32) for _ in range(inputs)]


@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_sum_of_several_is_additions(count: int) -> None:
    content = _file("ADD_N", count, [], opts("AddN"))
    assert [op.kind for op in load_tflite(content).ops] == [ADD] * (count - 1)
    _assert_equals_litert(content, _values(count))


@pytest.mark.parametrize(
    "exponent, kinds",
    [
        (2.0, [SQUARE]),
        (3.0, [SQUARE, MUL]),
        (4.0, [SQUARE, SQUARE]),
        (0.5, [SQRT]),
        (-0.5, [RSQRT]),
    ],
)
def test_powers_are_products_and_roots(exponent: float, kinds: list[AnyOperator]) -> None:
    content = _file("POW", 1, [np.array(exponent, np.float32)], opts("Pow"))
    assert [op.kind for op in load_tflite(content).ops] == kinds
    _assert_equals_litert(content, _values(1, 0.1 if abs(exponent) < 1 else -3.0))


def test_other_powers_are_refused() -> None:
    with pytest.raises(InputError, match=r"2, 3, 4, 1/2 or -1/2.*it is 1\.7"):
        load_tflite(_file("POW", 1, [np.array(1.7, np.float32)], opts("Pow")))
    with pytest.raises(InputError, match="it is computed"):
        load_tflite(_file("POW", 2, [], opts("Pow")))


@pytest.mark.parametrize("kind", ["RELU_0_TO_1", "RELU_N1_TO_1"])
def test_clips_of_tflite(kind: str) -> None:
    content = _file(kind, 1, [])
    assert [op.kind for op in load_tflite(content).ops] == [CLIP]
    _assert_equals_litert(content, _values(1))


@given(
    scales=st.tuples(st.floats(0.002, 0.2), st.floats(0.002, 0.2)),
    zero_points=st.tuples(st.integers(-128, 127), st.integers(-128, 127)),
    approximate=st.booleans(),
)
def test_gelu_of_int8_is_that_of_litert(
    scales: tuple[float, float], zero_points: tuple[int, int], approximate: bool
) -> None:
    tensors = [
        TensorSpec(name, (1, 256), "int8", None, np.array([scale], np.float32), np.array([zero]))
        for name, scale, zero in zip("xy", scales, zero_points, strict=True)
    ]
    operator = OperatorSpec("GELU", (0,), (1,), opts("Gelu", approximate=approximate))
    content = build_model(tensors, [operator], [0], [1])
    x = np.arange(-128, 128, dtype=np.int8).reshape(1, 1, 256)
    qgraph = load_quantized(content)
    assert [op.kind for op in qgraph.ops] == [GELU]
    found = run_integer(qgraph, [x[0]])[qgraph.outputs[0]]
    np.testing.assert_array_equal(found, run_litert(content, [x])[0][0])


def test_a_table_of_nothing_known_is_refused() -> None:
    """Not taken for the function that it was."""
    tensors = [
        TensorSpec("x", (1, 256), "int8", None, np.array([0.05], np.float32), np.array([0])),
        TensorSpec("y", (1, 256), "int8", None, np.array([0.05], np.float32), np.array([0])),
    ]
    operator = OperatorSpec("GELU", (0,), (1,), opts("Gelu", approximate=False))
    content = tflite_bytes(load_quantized(build_model(tensors, [operator], [0], [1])))
    table = run_litert(content, [np.arange(-128, 128, dtype=np.int8).reshape(1, 1, 256)])[0][0]
    assert content.count(table.tobytes()) == 1
    with pytest.raises(InputError, match=r"CAST|GATHER"):
        load_quantized(content.replace(table.tobytes(), table[:, ::-1].tobytes()))


@pytest.mark.parametrize("name", ["SILU", "RELU"])
def test_a_custom_operator_is_not_ours_by_its_name(name: str) -> None:
    def rename(model: Any) -> None:
        code = model.operatorCodes[0]
        code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.CUSTOM
        code.customCode = name

    with pytest.raises(InputError, match=f"custom operator {name} is not supported"):
        load_tflite(edited(_file("RELU", 1, []), rename))
