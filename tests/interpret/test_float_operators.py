"""Every float operator equals LiteRT's reference kernels on random shapes and attributes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds_of_tests import FLOAT
from operator_cases import cases
from oracles import litert_output, run_litert

from mcuq.errors import InputError
from mcuq.graph import Graph, Op, Tensor
from mcuq.importers import load_tflite
from mcuq.interpret.float import run_float
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.operator import AnyOperator
from mcuq.ops.unary import RELU, TANH


@pytest.mark.parametrize("kind", FLOAT.operators)
@given(data=st.data())
@settings(max_examples=25)
def test_operator_equals_litert(kind: AnyOperator, data: st.DataObject) -> None:
    case = data.draw(cases(kind))
    inputs = case.reals(samples=3)
    expected = litert_output(case.graph, inputs)
    actual = run_float(case.graph, inputs)["y"]
    assert actual.dtype == np.float32
    assert actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("model, data", [("resnet8", "resnet8_test"), ("kws", "kws_test")])
def test_whole_model_equals_litert(mlperf_tiny: Path, model: str, data: str) -> None:
    content = (mlperf_tiny / f"{model}_float32.tflite").read_bytes()
    x = np.load(mlperf_tiny / f"{data}.npz")["x"][:8].astype(np.float32)
    graph = load_tflite(content)
    expected = np.concatenate([outputs[0] for outputs in run_litert(content, [x])])
    np.testing.assert_allclose(
        run_float(graph, [x])[graph.outputs[0]], expected, rtol=1e-5, atol=1e-5
    )


def _chain() -> Graph:
    """x → a = relu(x), b = tanh(a); a and x are also read later."""
    tensors = {name: Tensor(name, (1, 4)) for name in "xab"}
    ops = (
        Op(RELU, "a", ("x",), ("a",), NoAttrs()),
        Op(TANH, "b", ("a",), ("b",), NoAttrs()),
    )
    return Graph("chain", tensors, ops, ("x",), ("b",))


def test_keep_returns_inputs_and_intermediates() -> None:
    x = np.array([[-1, 0, 1, 2], [3, -4, 5, -6]], np.float32)
    kept = run_float(_chain(), [x], keep=["x", "a"])
    assert sorted(kept) == ["a", "x"]
    np.testing.assert_array_equal(kept["x"], x)
    np.testing.assert_array_equal(kept["a"], np.maximum(x, 0))


def test_integer_data_is_taken_as_numbers() -> None:
    x = np.array([[0, 1, 2, 255]], np.uint8)
    np.testing.assert_allclose(run_float(_chain(), [x])["b"], np.tanh(x.astype(np.float32)))


def test_blocks_join_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcuq.interpret.float.run._BLOCK", 8)
    x = np.arange(20, dtype=np.float32).reshape(5, 4) / 20
    np.testing.assert_allclose(run_float(_chain(), [x])["b"], np.tanh(x), rtol=1e-6)


@pytest.mark.parametrize(
    "inputs, cause",
    [
        ([], "has 1 inputs, the data 0"),
        ([np.zeros((2, 5))], "does not fit input 'x'"),
        ([np.zeros(4)], "does not fit input 'x'"),
        ([np.zeros((2, 4), object)], "type object"),
        ([np.zeros((0, 4))], "0 samples"),
    ],
)
def test_wrong_data_is_a_typed_error(inputs: list[np.ndarray], cause: str) -> None:
    with pytest.raises(InputError, match=cause):
        run_float(_chain(), inputs)
