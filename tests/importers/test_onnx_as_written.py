"""Files that onnxruntime runs although ONNX's own checker would not let them pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime, helper, onnx

from mcuq.errors import InputError
from mcuq.importers import load_onnx


def _network() -> Any:
    """A residual block and a dense layer, as a model that may still be changed."""
    model = Model((1, 3, 6, 6))
    x = model.node("Relu", [model.node("Conv", ["x0", model.weights(3, 3, 3, 3)], pads=[1] * 4)])
    y = model.node("Conv", [x, model.weights(3, 3, 1, 1)])
    x = model.node("GlobalAveragePool", [model.node("Add", [x, y])])
    x = model.node("Gemm", [model.node("Flatten", [x]), model.weights(3, 4)])
    return onnx.load_model_from_string(model.content(x))


@given(st.permutations(range(7)))
def test_nodes_in_any_order(order: list[int]) -> None:
    proto = _network()
    wanted = load_onnx(proto.SerializeToString())
    nodes = list(proto.graph.node)
    del proto.graph.node[:]
    proto.graph.node.extend(nodes[index] for index in order)
    found = load_onnx(proto.SerializeToString())
    assert {op.kind for op in found.ops} == {op.kind for op in wanted.ops}
    assert_equals_onnxruntime(proto.SerializeToString())


def test_nodes_that_read_each_other() -> None:
    proto = _network()
    proto.graph.node[0].input[0] = proto.graph.node[-1].output[0]
    with pytest.raises(InputError, match="topologically sorted"):
        load_onnx(proto.SerializeToString())


def test_what_no_output_needs_is_left_out() -> None:
    """Other heads of a network, with whatever operators they have."""
    proto = _network()
    wanted = load_onnx(proto.SerializeToString())
    proto.graph.node.append(helper.make_node("Erf", ["n0"], ["e"]))
    proto.graph.node.append(helper.make_node("Tanh", ["e"], ["t"]))
    found = assert_equals_onnxruntime(proto.SerializeToString())
    assert [op.name for op in found.ops] == [op.name for op in wanted.ops]


def _without_type(proto: Any) -> None:
    for output in proto.graph.output:
        output.ClearField("type")


def _of_format_3(proto: Any) -> None:
    proto.ir_version = 3


def _open_batch(proto: Any) -> None:
    proto.graph.input[0].type.tensor_type.shape.dim[0].dim_value = -1


@pytest.mark.parametrize("change", [_without_type, _of_format_3, _open_batch])
def test_it_is_read(change: Callable[[Any], None]) -> None:
    proto = _network()
    change(proto)
    content = proto.SerializeToString()
    graph = assert_equals_onnxruntime(content)
    assert graph.tensors[graph.inputs[0]].shape == (1, 6, 6, 3)


def test_a_side_of_minus_one_is_open() -> None:
    proto = _network()
    proto.graph.input[0].type.tensor_type.shape.dim[3].dim_value = -1
    with pytest.raises(InputError, match=r"the shape is \(1, 3, 6, '\?'\)"):
        load_onnx(proto.SerializeToString())
