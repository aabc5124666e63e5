"""Gather at constant places equals onnxruntime, and takes slices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.importers import load_onnx
from mcuq.importers.onnx.rules.gather import runs
from mcuq.ops.gather_nd import GATHER_ND
from mcuq.ops.movement import RESHAPE
from mcuq.ops.slicing import STRIDED_SLICE


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_runs_give_the_places_in_turn(places: list[int]) -> None:
    assert [place for begin, end, step in runs(places) for place in range(begin, end, step)] == (
        places
    )


@given(
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    data=st.data(),
    indices=st.sampled_from([(), (1,), (3,), (2, 2), (1, 3)]),
    behind_conv=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_gather(
    shape: list[int], data: st.DataObject, indices: tuple[int, ...], behind_conv: bool
) -> None:
    shape = [1, 3, *shape[:2]] if behind_conv and len(shape) > 1 else [1, *shape]
    axis = data.draw(st.integers(1, len(shape) - 1))
    size = shape[axis]
    model = Model(tuple(shape))
    x = (
        model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
        if behind_conv and len(shape) == 4
        else "x0"
    )
    places = data.draw(
        st.lists(
            st.integers(-size, size - 1),
            min_size=int(np.prod(indices, dtype=int)),
            max_size=int(np.prod(indices, dtype=int)),
        )
    )
    constant = model.constant(np.array(places, np.int64).reshape(indices))
    axis -= len(shape) * data.draw(st.integers(0, 1))
    y = model.node("Relu", [model.node("Gather", [x, constant], axis=axis)])
    assert_equals_onnxruntime(model.content(y))


def test_one_place_is_one_slice() -> None:
    model = Model((1, 8, 6))
    y = model.node("Gather", ["x0", model.constant(np.int64(-1))], axis=1)
    graph = assert_equals_onnxruntime(model.content(y))
    assert [op.kind for op in graph.ops] == [STRIDED_SLICE, RESHAPE]


def test_of_five_dimensions() -> None:
    """As attention takes queries, keys and values apart."""
    model = Model((1, 4, 12))
    x = model.node("Reshape", ["x0", model.constant(np.array([1, 4, 3, 2, 2]))])
    x = model.node("Transpose", [x], perm=[2, 0, 3, 1, 4])
    parts = [model.node("Gather", [x, model.constant(np.int64(n))], axis=0) for n in (2, 0, 1)]
    assert_equals_onnxruntime(model.content(*(model.node("Relu", [part]) for part in parts)))


@given(
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    data=st.data(),
    form=st.sampled_from([(), (1,), (3,), (2, 2)]),
    behind_conv=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_gather_nd(
    shape: list[int], data: st.DataObject, form: tuple[int, ...], behind_conv: bool
) -> None:
    """Indices may count from the end."""
    shape = [1, 3, *shape[:2]] if behind_conv and len(shape) > 1 else [1, *shape]
    depth = data.draw(st.integers(1, len(shape)))
    tuples = [
        [data.draw(st.integers(-size, size - 1)) for size in shape[:depth]]
        for _ in range(math.prod(form))
    ]
    model = Model(tuple(shape))
    x = (
        model.node("Conv", ["x0", model.weights(3, 3, 1, 1)])
        if behind_conv and len(shape) == 4
        else "x0"
    )
    indices = model.constant(np.reshape(tuples, (*form, depth)))
    y = model.node("GatherND", [x, indices])
    assert_equals_onnxruntime(model.content(model.node("Tanh", [y])))


def test_computed_tuples() -> None:
    """Of a table: positions of the largest values."""
    model = Model((1, 3, 4), (1, 3, 4))
    first, second = (model.node("ArgMax", [f"x{n}"], axis=1, keepdims=0) for n in range(2))
    axes = model.constant(np.array([-1]))
    pairs = [model.node("Unsqueeze", [each, axes]) for each in (first, second)]
    indices = model.node("Concat", pairs, axis=-1)
    y = model.node("GatherND", [model.weights(3, 3, 2), indices])
    graph = assert_equals_onnxruntime(model.content(y))
    assert GATHER_ND in [op.kind for op in graph.ops]


@pytest.mark.parametrize(
    ("places", "match"), [([[3, 0]], "index 3 of"), ([[0, -4]], "index -4 of")]
)
def test_refused_tuples(places: list[list[int]], match: str) -> None:
    model = Model((1, 3, 2))
    y = model.node("GatherND", ["x0", model.constant(np.array(places, np.int64))])
    with pytest.raises(InputError, match=match):
        load_onnx(model.content(y))


@pytest.mark.parametrize(
    ("indices", "match"), [([3], "index 3 of 3"), ([-4], "index -4 of 3"), ([], "it takes none")]
)
def test_refused(indices: list[int], match: str) -> None:
    model = Model((1, 3))
    y = model.node("Gather", ["x0", model.constant(np.array(indices, np.int64))], axis=1)
    with pytest.raises(InputError, match=match):
        load_onnx(model.content(y))
