"""The order of the axes in the file is kept beside the graph, through every rewriting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.graph import Layout


def _image(*last: Callable[[Model, str], str]) -> bytes:
    """A convolution of (1, 3, 4, 5), and each of `last` behind it as an output."""
    model = Model((1, 3, 4, 5))
    x = model.node("Conv", ["x0", model.weights(6, 3, 1, 1)])
    return model.content(*(each(model, x) for each in last))


def _relu(model: Model, x: str) -> str:
    return model.node("Relu", [x])


def _transposed(model: Model, x: str) -> str:
    return model.node("Transpose", [x], perm=[0, 2, 3, 1])


def test_an_image_is_rearranged_at_both_ends() -> None:
    graph = assert_equals_onnxruntime(_image(_relu))
    assert graph.layout(graph.inputs[0]) == Layout((1, 3, 4, 5), (0, 2, 3, 1))
    assert graph.layout(graph.outputs[0]) == Layout((1, 6, 4, 5), (0, 2, 3, 1))
    assert graph.tensors[graph.outputs[0]].shape == (1, 4, 5, 6)


def test_a_cube_of_equal_sides_is_rearranged_too() -> None:
    model = Model((1, 4, 4, 4))
    y = model.node("Conv", ["x0", model.weights(4, 4, 1, 1)])
    graph = assert_equals_onnxruntime(model.content(y))
    assert graph.layout(graph.inputs[0]).order == (0, 2, 3, 1)


def test_series_are_rearranged_and_vectors_are_not() -> None:
    model = Model((1, 3, 8), (1, 8))
    series = model.node("Conv", ["x0", model.weights(4, 3, 3)])
    dense = model.node("Gemm", ["x1", model.weights(8, 2)])
    graph = assert_equals_onnxruntime(model.content(series, dense))
    assert [graph.layout(name).order for name in graph.inputs] == [(0, 2, 1), (0, 1)]
    assert [graph.layout(name).order for name in graph.outputs] == [(0, 2, 1), (0, 1)]


def test_one_tensor_under_two_orders_is_two_outputs() -> None:
    graph = assert_equals_onnxruntime(_image(lambda model, x: x, _transposed))
    assert len(set(graph.outputs)) == 2
    assert [graph.layout(name).file_shape for name in graph.outputs] == [(1, 6, 4, 5), (1, 4, 5, 6)]


@given(
    shape=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    data=st.data(),
)
def test_to_file_undoes_to_graph(shape: list[int], data: st.DataObject) -> None:
    rest = data.draw(st.permutations(range(1, len(shape) + 1)))
    layout = Layout((1, *shape), (0, *rest))
    values = np.arange(2 * np.prod(shape)).reshape(2, *shape)
    stored = layout.to_graph(values)
    assert stored.shape[1:] == layout.graph_shape[1:]
    assert np.array_equal(layout.to_file(stored), values)
