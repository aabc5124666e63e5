"""Transposes of many dimensions become few, or are refused by name."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.graph import MAX_DIMENSIONS
from mcuq.importers.onnx import load_onnx
from mcuq.importers.simplify.collapse import collapsed


@given(st.lists(st.integers(1, 3), min_size=1, max_size=8), st.data())
def test_a_collapsed_transpose_moves_the_same_elements(
    shape: list[int], data: st.DataObject
) -> None:
    perm = tuple(data.draw(st.permutations(range(len(shape)))))
    values = np.arange(math.prod(shape)).reshape(shape)
    fewer, order = collapsed(tuple(shape), perm)
    assert len(fewer) <= len(shape)
    moved = values.reshape(fewer).transpose(order)
    assert np.array_equal(moved.ravel(), values.transpose(perm).ravel())


def _shuffled(shape: tuple[int, ...], perm: tuple[int, ...]) -> bytes:
    model = Model((1, math.prod(shape)))
    x = model.node("Reshape", ["x0", model.constant(np.array([1, *shape]))])
    x = model.node("Transpose", [x], perm=[0, *(1 + axis for axis in perm)])
    return model.content(model.node("Reshape", [x, model.constant(np.array([1, -1]))]))


@given(st.lists(st.integers(1, 3), min_size=5, max_size=6), st.data())
@settings(max_examples=60)
def test_any_shuffle_equals_onnxruntime_or_is_refused(
    shape: list[int], data: st.DataObject
) -> None:
    perm = tuple(data.draw(st.permutations(range(len(shape)))))
    content = _shuffled(tuple(shape), perm)
    if len(collapsed(tuple(shape), perm)[0]) > MAX_DIMENSIONS:
        with pytest.raises(InputError, match="no more than five dimensions"):
            load_onnx(content)
        return
    graph = assert_equals_onnxruntime(content)
    assert max(len(tensor.shape) for tensor in graph.tensors.values()) <= MAX_DIMENSIONS


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_pixel_shuffle_between_layers(channels: int) -> None:
    model = Model((1, 2, 4, 5))
    x = model.node("Conv", ["x0", model.weights(4 * channels, 2, 1, 1)])
    x = model.node("Reshape", [x, model.constant(np.array([1, channels, 2, 2, 4, 5]))])
    x = model.node("Transpose", [x], perm=[0, 1, 4, 2, 5, 3])
    x = model.node("Reshape", [x, model.constant(np.array([1, channels, 8, 10]))])
    content = model.content(model.node("Conv", [x, model.weights(3, channels, 1, 1)]))
    assert_equals_onnxruntime(content)


def test_a_layer_of_six_dimensions_is_refused() -> None:
    model = Model((1, 64))
    x = model.node("Reshape", ["x0", model.constant(np.array([1, 2, 2, 2, 2, 4]))])
    with pytest.raises(InputError, match=r"no more than five dimensions \(it has 6") as caught:
        load_onnx(model.content(model.node("Relu", [x])))
    assert caught.value.hint
