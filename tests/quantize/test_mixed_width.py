"""Single activations in int16: the bytes of TFLite Micro, names checked, bytes counted."""

from __future__ import annotations

import numpy as np
import pytest

from mcuq.calibrate import Ranges, calibrate
from mcuq.emit.tflite import tflite_bytes
from mcuq.errors import UsageError
from mcuq.graph import Graph, Op, Tensor
from mcuq.importers import load_model
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.conversion import QUANTIZE
from mcuq.ops.movement import CONCATENATION, ConcatAttrs
from mcuq.ops.unary import HARD_SWISH, LOGISTIC, TANH
from mcuq.quantize import Config, quantize
from mcuq.resources import example_dir
from mcuq.tflite.micro import run_micro


@pytest.fixture(scope="module")
def digits() -> tuple[Graph, Ranges, np.ndarray]:
    graph = load_model(example_dir("digits") / "digits_float32.tflite")
    x = np.load(example_dir("digits") / "calibration.npz")["x"][:20].astype(np.float32)
    x = x.reshape(len(x), *graph.tensors[graph.inputs[0]].shape[1:])
    return graph, calibrate(graph, x), x


def test_any_single_activation_may_be_wide(digits: tuple[Graph, Ranges, np.ndarray]) -> None:
    graph, ranges, x = digits
    for name in graph.activations:
        qgraph = quantize(graph, ranges, Config(wide=(name,)))
        assert qgraph.tensors[name].bits == 16
        assert any(op.kind is QUANTIZE for op in qgraph.ops)
        inputs = quantize_inputs(qgraph, [x[:3]])
        output = qgraph.outputs[0]
        got = run_integer(qgraph, inputs)[output]
        expected = run_micro(tflite_bytes(qgraph), inputs)[0]
        np.testing.assert_array_equal(got, expected.reshape(got.shape), err_msg=name)


def _gates() -> Graph:
    """x → HARD_SWISH → h → LOGISTIC and TANH, joined by CONCATENATION."""
    tensors = {name: Tensor(name, (1, 6)) for name in "xhst"} | {"c": Tensor("c", (1, 18))}
    ops = (
        Op(HARD_SWISH, "h", ("x",), ("h",), NoAttrs()),
        Op(LOGISTIC, "s", ("h",), ("s",), NoAttrs()),
        Op(TANH, "t", ("h",), ("t",), NoAttrs()),
        Op(CONCATENATION, "c", ("s", "h", "t"), ("c",), ConcatAttrs(1)),
    )
    return Graph("gates", tensors, ops, ("x",), ("c",))


@pytest.mark.parametrize("wide", ["x", "h", "s", "t", "c", "st", "hst", "xhstc"])
def test_operators_that_differ_between_the_widths_are_joined(wide: str) -> None:
    """HARD_SWISH is spelled out in int16 only, prescribed scales are joined in int8 only."""
    graph = _gates()
    x = np.random.default_rng(3).normal(0, 2, (40, 6)).astype(np.float32)
    qgraph = quantize(graph, calibrate(graph, x), Config(wide=tuple(wide)))
    assert all(qgraph.tensors[name].bits == 16 for name in wide)
    inputs = quantize_inputs(qgraph, [x])
    expected = run_micro(tflite_bytes(qgraph), inputs)[0]
    np.testing.assert_array_equal(run_integer(qgraph, inputs)["c"], expected.reshape(40, 18))


def test_without_wide_names_nothing_changes(digits: tuple[Graph, Ranges, np.ndarray]) -> None:
    graph, ranges, _ = digits
    assert tflite_bytes(quantize(graph, ranges, Config(wide=()))) == tflite_bytes(
        quantize(graph, ranges)
    )


def test_an_unknown_name_is_refused(digits: tuple[Graph, Ranges, np.ndarray]) -> None:
    graph, ranges, _ = digits
    with pytest.raises(UsageError, match="nowhere"):
        quantize(graph, ranges, Config(wide=("nowhere",)))
