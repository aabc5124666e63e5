"""Comparisons, logic, Where, Cast, ArgMax, computed indices and repetition equal onnxruntime."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import SAMPLES, Model, TensorProto, assert_equals_onnxruntime, onnx, run_onnx

from mcuq.errors import InputError
from mcuq.importers import load_onnx
from mcuq.interpret.float import run_float
from mcuq.numeric.element import Element
from mcuq.ops.repetition import BROADCAST_TO

COMPARISONS = ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"]
OTHER = st.sampled_from([(1, 3, 4, 5), (1, 3, 1, 1), (5,), ()])


@given(
    kind=st.sampled_from(COMPARISONS),
    other=OTHER,
    first=OTHER,
    behind=st.booleans(),
    computed=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_where(
    kind: str, other: tuple[int, ...], first: tuple[int, ...], behind: bool, computed: bool
) -> None:
    model = Model((1, 3, 4, 5), (1, 3, 4, 5))
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)]) if behind else "x0"
    condition = model.node(kind, [x, "x1" if computed else model.weights(*other)])
    y = model.node("Where", [condition, model.weights(*first), x])
    assert_equals_onnxruntime(model.content(y))


def test_a_product_with_a_constant_node_is_no_choice() -> None:
    model = Model((1, 4))
    factor = onnx.numpy_helper.from_array(np.float32([2]))
    product = model.node("Mul", ["x0", model.node("Constant", [], value=factor)])
    assert_equals_onnxruntime(model.content(model.node("Add", [product, "x0"])))


@given(shape=OTHER, swapped=st.booleans())
@settings(max_examples=10, deadline=None)
def test_where_of_a_constant_condition(shape: tuple[int, ...], swapped: bool) -> None:
    model = Model((1, 3, 4, 5))
    condition = model.constant(model.rng.random(shape) < 0.5)
    values = ["x0", model.constant(np.float32(-2))]
    y = model.node("Where", [condition, *(values[::-1] if swapped else values)])
    assert_equals_onnxruntime(model.content(model.node("Tanh", [y])))


@pytest.mark.parametrize("kind", ["And", "Or"])
@pytest.mark.parametrize("constant", [False, True])
def test_logic_and_casts(kind: str, constant: bool) -> None:
    model = Model((1, 3, 5), (1, 3, 5))
    a = model.node("Cast", ["x0"], to=TensorProto.BOOL)
    b = model.node("Less", ["x1", model.constant(np.float32(0.2))])
    if constant:
        b = model.constant(np.array([True, False, True, False, True]))
    y = model.node("Not", [model.node(kind, [a, b])])
    y = model.node("Cast", [y], to=TensorProto.FLOAT)
    assert_equals_onnxruntime(model.content(y))


def _typed(content: bytes, kind: int, *, inputs: int | None = None) -> bytes:
    """The model with another type of its output, or of its last input."""
    model = onnx.load_model_from_string(content)
    if inputs is None:
        model.graph.output[0].type.tensor_type.elem_type = kind
    else:
        model.graph.input[inputs].type.tensor_type.elem_type = kind
    return bytes(model.SerializeToString())


@given(
    kind=st.sampled_from(["ArgMax", "ArgMin"]),
    axis=st.sampled_from([1, 2, -1]),
    keep=st.integers(0, 1),
    behind=st.booleans(),
)
@settings(max_examples=20, deadline=None)
def test_positions(kind: str, axis: int, keep: int, behind: bool) -> None:
    model = Model((1, 3, 4, 5))
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)]) if behind else "x0"
    y = model.node(kind, [x], axis=axis, keepdims=keep)
    graph = assert_equals_onnxruntime(_typed(model.content(y), TensorProto.INT64))
    assert graph.tensors[graph.outputs[0]].element is Element.INT32


@pytest.mark.parametrize("kind", [TensorProto.INT32, TensorProto.INT64])
@pytest.mark.parametrize("shape", [(1, 4), (1, 2, 3)])
@pytest.mark.parametrize("axis", [0, 1])
def test_embedding(kind: int, shape: tuple[int, ...], axis: int) -> None:
    model = Model(shape)
    y = model.node("Gather", [model.weights(10, 10), "x0"], axis=axis)
    content = _typed(model.content(model.node("Tanh", [y])), kind, inputs=0)
    graph = load_onnx(content)
    assert graph.tensors[graph.inputs[0]].element is Element.INT32
    dtype = np.int32 if kind == TensorProto.INT32 else np.int64
    tokens = np.random.default_rng(0).integers(0, 10, (SAMPLES, *shape[1:])).astype(dtype)
    (wanted,) = run_onnx(content, [tokens])
    found = run_float(graph, [tokens.astype(np.float32)])[graph.outputs[0]]
    np.testing.assert_allclose(found.reshape(wanted.shape), wanted, rtol=1e-6, atol=1e-6)


def test_indices_that_the_model_computes() -> None:
    model = Model((1, 3, 6))
    places = model.node("ArgMax", ["x0"], axis=2, keepdims=0)
    y = model.node("Gather", [model.weights(6, 4), places], axis=0)
    assert_equals_onnxruntime(model.content(y))


def test_integers_that_become_reals_are_reals() -> None:
    model = Model((1, 4))
    x = model.node("Cast", ["x0"], to=TensorProto.FLOAT)
    y = model.node("Gemm", [x, model.weights(4, 2)])
    graph = load_onnx(_typed(model.content(y), TensorProto.INT64, inputs=0))
    assert graph.tensors[graph.inputs[0]].element is Element.REAL


def test_integers_of_the_model_become_reals() -> None:
    model = Model((1, 4))
    places = model.node("ArgMax", ["x0"], axis=1)
    assert_equals_onnxruntime(model.content(model.node("Cast", [places], to=TensorProto.FLOAT)))


@pytest.mark.parametrize("kind", [TensorProto.INT32, TensorProto.INT64])
def test_what_is_behind_the_point_goes(kind: int) -> None:
    model = Model((1, 3, 5))
    wide = model.node("Mul", ["x0", model.constant(np.float32(7))])
    whole = model.node("Cast", [wide], to=kind)
    assert_equals_onnxruntime(model.content(model.node("Cast", [whole], to=TensorProto.FLOAT)))


def test_truth_values_do_not_come_of_integers() -> None:
    model = Model((1, 4))
    places = model.node("ArgMax", ["x0"], axis=1)
    truth = model.node("Cast", [places], to=TensorProto.BOOL)
    content = model.content(model.node("Cast", [truth], to=TensorProto.FLOAT))
    with pytest.raises(InputError, match="int32 values are not made bool"):
        load_onnx(content)


def test_the_last_of_equal_values() -> None:
    model = Model((1, 4))
    y = model.node("ArgMax", ["x0"], axis=1, select_last_index=1)
    with pytest.raises(InputError, match="the first of equal values"):
        load_onnx(_typed(model.content(y), TensorProto.INT64))


@given(
    shape=st.lists(st.sampled_from([1, 3]), min_size=1, max_size=3),
    times=st.lists(st.integers(1, 3), min_size=4, max_size=4),
    more=st.booleans(),
)
@settings(max_examples=30, deadline=None)
def test_expand_and_tile(shape: list[int], times: list[int], more: bool) -> None:
    model = Model((1, *shape))
    target = [n if n > 1 else count for n, count in zip((1, *shape), times, strict=False)]
    target = [1, *target[1:]] if not more else [2, *target]
    y = model.node("Expand", ["x0", model.constant(np.array(target))])
    z = model.node("Tile", ["x0", model.constant(np.array([1, *times[1 : 1 + len(shape)]]))])
    assert_equals_onnxruntime(model.content(model.node("Tanh", [y]), model.node("Tanh", [z])))


def test_an_expansion_in_front_of_arithmetic_costs_nothing() -> None:
    model = Model((1, 3, 5), (1, 3, 1))
    wide = model.node("Expand", ["x1", model.constant(np.array([1, 3, 5]))])
    graph = assert_equals_onnxruntime(model.content(model.node("Mul", ["x0", wide])))
    assert BROADCAST_TO not in {op.kind for op in graph.ops}


@pytest.mark.parametrize("upper", [0, 1])
@pytest.mark.parametrize("diagonal", [None, -1, 2])
def test_triangles(upper: int, diagonal: int | None) -> None:
    model = Model((1, 4, 5))
    further = [] if diagonal is None else [model.constant(np.int64(diagonal))]
    assert_equals_onnxruntime(model.content(model.node("Trilu", ["x0", *further], upper=upper)))
