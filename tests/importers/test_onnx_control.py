"""Loop and If of known course equal onnxruntime; others are refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, TensorProto, assert_equals_onnxruntime, helper

from mcuq.errors import InputError
from mcuq.importers import load_onnx
from mcuq.ops.weighted import FULLY_CONNECTED


def _info(name: str, kind: int = TensorProto.FLOAT, shape: Any = None) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def _cell(model: Model, condition: str) -> Any:
    """h' = tanh(h × W + x[i]); gives h' of each round."""
    weights = model.weights(3, 3)
    nodes = [
        helper.make_node("Gather", ["x0", "i"], ["x"], axis=1),
        helper.make_node("MatMul", ["h", weights], ["p"]),
        helper.make_node("Add", ["p", "x"], ["s"]),
        helper.make_node("Tanh", ["s"], ["next"]),
        helper.make_node("Identity", ["next"], ["each"]),
    ]
    if condition == "counted":
        limit = model.constant(np.int64(2))
        nodes.append(helper.make_node("Less", ["i", limit], ["goes_on"]))
    else:
        nodes.append(helper.make_node("Identity", ["holds"], ["goes_on"]))
    inputs = [_info("i", TensorProto.INT64, []), _info("holds", TensorProto.BOOL, []), _info("h")]
    outputs = [_info("goes_on", TensorProto.BOOL), _info("next"), _info("each")]
    return helper.make_graph(nodes, "body", inputs, outputs)


@given(
    count=st.integers(1, 5), condition=st.sampled_from(["always", "counted"]),
    stated=st.booleans(), last=st.booleans(),
)  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_a_loop_over_steps(count: int, condition: str, stated: bool, last: bool) -> None:
    """As tf2onnx writes Keras's recurrent layers."""
    model = Model((1, 5, 3))
    inputs = [
        model.constant(np.int64(count)) if stated or condition == "always" else "",
        model.constant(np.array(True)),
        model.constant(np.zeros((1, 3), np.float32)),
    ]
    body = _cell(model, condition)
    model.node("Loop", inputs, ["end", "states"], body=body)
    y = model.node("Sigmoid", ["end" if last else "states"])
    assert_equals_onnxruntime(model.content(y))


def test_rounds_share_their_weights() -> None:
    model = Model((1, 5, 3))
    zeros = model.constant(np.ones((1, 3), np.float32))
    inputs = [model.constant(np.int64(4)), model.constant(np.array(True)), zeros]
    model.node("Loop", inputs, ["end", "states"], body=_cell(model, "always"))
    graph = load_onnx(model.content(model.node("Sigmoid", ["end"])))
    filters = [op.inputs[1] for op in graph.ops if op.kind is FULLY_CONNECTED]
    assert len(filters) == 3 and len(set(filters)) == 1


@pytest.mark.parametrize("holds", [True, False])
def test_a_branch(holds: bool) -> None:
    model = Model((1, 3))
    branches = {
        name: helper.make_graph([helper.make_node(kind, ["x0"], ["r"])], name, [], [_info("r")])
        for name, kind in (("then_branch", "Relu"), ("else_branch", "Tanh"))
    }
    y = model.node("If", [model.constant(np.array(holds))], **branches)
    graph = assert_equals_onnxruntime(model.content(y))
    assert [op.kind.name for op in graph.ops] == ["RELU" if holds else "TANH"]


def test_a_course_that_depends_on_the_input() -> None:
    model = Model((1, 3))
    total = model.node("ReduceSum", ["x0"], keepdims=0)
    holds = model.node("Greater", [total, model.constant(np.float32(0))])
    branch = helper.make_graph([helper.make_node("Relu", ["x0"], ["r"])], "b", [], [_info("r")])
    y = model.node("If", [holds], then_branch=branch, else_branch=branch)
    with pytest.raises(InputError, match="its course depends on the input") as caught:
        load_onnx(model.content(y))
    assert caught.value.hint


def test_a_loop_without_end() -> None:
    model = Model((1, 5, 3))
    inputs = ["", model.constant(np.array(True)), model.constant(np.zeros((1, 3), np.float32))]
    nodes = [
        helper.make_node("Identity", ["holds"], ["goes_on"]),
        helper.make_node("Identity", ["h"], ["next"]),
    ]
    given = [_info("i", TensorProto.INT64, []), _info("holds", TensorProto.BOOL, []), _info("h")]
    outputs = [_info("goes_on", TensorProto.BOOL), _info("next")]
    body = helper.make_graph(nodes, "body", given, outputs)
    end = model.node("Loop", inputs, ["end"], body=body)
    with pytest.raises(InputError, match="more than 1024 rounds"):
        load_onnx(model.content(model.node("Add", [end, "x0"])))


@pytest.mark.parametrize("length", [0, 3, 5])
@pytest.mark.parametrize("axis", [0, 1])
def test_reverse_sequence(length: int, axis: int) -> None:
    model = Model((1, 5, 3))
    x = "x0" if axis else model.node("Transpose", ["x0"], perm=[1, 0, 2])
    lengths = model.constant(np.array([length], np.int64))
    y = model.node("ReverseSequence", [x, lengths], time_axis=axis, batch_axis=1 - axis)
    assert_equals_onnxruntime(model.content(model.node("Tanh", [y])))
