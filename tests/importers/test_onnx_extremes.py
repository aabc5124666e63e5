"""Clip, Max and Min at any bounds equal onnxruntime; a ReLU where they are one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.numeric.activation import Activation
from mcuq.ops.binary import ADD, SUB
from mcuq.ops.clip import CLIP
from mcuq.ops.extremes import MAXIMUM, MINIMUM
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D

NUMBERS = [0.0, 1.0, 6.0, -1.0, -2.5, 0.5]
LARGEST = 3.4028235e38
LOWER = st.sampled_from([*NUMBERS, -LARGEST])
UPPER = st.sampled_from([*NUMBERS, LARGEST])


def _scalars(model: Model, *values: float | None) -> list[str]:
    return ["" if v is None else model.constant(np.float32(v)) for v in values]


def _layer(model: Model) -> str:
    return model.node("Conv", ["x0", model.weights(4, 3, 1, 1), model.weights(4)])


@given(low=st.none() | LOWER, high=st.none() | UPPER, layer=st.booleans())
@settings(max_examples=60)
def test_clip(low: float | None, high: float | None, layer: bool) -> None:
    if low is not None and high is not None and low >= high:
        low, high = high, None
    model = Model((1, 3, 4, 4))
    x = _layer(model) if layer else model.node("Tanh", ["x0"])
    y = model.node("Clip", [x, *_scalars(model, low, high)])
    assert_equals_onnxruntime(model.content(model.node("Tanh", [y])))


@given(
    bounds=st.tuples(st.just("Max"), st.lists(LOWER, max_size=2))
    | st.tuples(st.just("Min"), st.lists(UPPER, max_size=2)),
    computed=st.integers(1, 2),
    spread=st.booleans(),
    first=st.booleans(),
)
@settings(max_examples=80)
def test_extremes(
    bounds: tuple[str, list[float]], computed: int, spread: bool, first: bool
) -> None:
    kind, numbers = bounds
    model = Model((1, 3, 4, 4))
    values = [_layer(model), model.node("Tanh", [_layer(model)])][:computed]
    constants = _scalars(model, *numbers) + ([model.weights(4, 1, 1)] if spread else [])
    y = model.node(kind, [*constants, *values] if first else [*values, *constants])
    assert_equals_onnxruntime(model.content(model.node("Tanh", [y])))


@pytest.mark.parametrize("first", [False, True])
def test_max_with_zero_is_a_relu(first: bool) -> None:
    model = Model((1, 3, 4, 4))
    operands = [_layer(model), model.constant(np.zeros((1, 1, 1, 1), np.float32))]
    y = model.node("Max", operands[::-1] if first else operands)
    graph = assert_equals_onnxruntime(model.content(y))
    assert [(op.kind, op.attrs.activation) for op in graph.ops] == [(CONV_2D, Activation.RELU)]


@pytest.mark.parametrize(("kind", "operator"), [("Max", MAXIMUM), ("Min", MINIMUM)])
def test_two_computed_values_are_one_operator(kind: str, operator: AnyOperator) -> None:
    """With broadcasting, over different ranks and orders of dimensions, and of three values."""
    model = Model((1, 3, 4, 4))
    first, second = _layer(model), model.node("GlobalAveragePool", [_layer(model)])
    third = model.node("Reshape", [_layer(model), model.constant(np.array([16, 4, 1]))])
    third = model.node("ReduceMax", [third], keepdims=1)
    graph = assert_equals_onnxruntime(model.content(model.node(kind, [first, second, third])))
    kinds = [op.kind for op in graph.ops]
    assert kinds.count(operator) == 2 and not {ADD, SUB} & set(kinds)


@pytest.mark.parametrize("upper", ["Min", "Clip"])
@pytest.mark.parametrize("lower", ["Max", "Relu", "Clip"])
def test_both_make_a_relu6(lower: str, upper: str) -> None:
    model = Model((1, 3, 4, 4))
    x = model.node(lower, [_layer(model), *([] if lower == "Relu" else _scalars(model, 0))])
    y = model.node(upper, [x, *_scalars(model, *([None, 6] if upper == "Clip" else [6]))])
    graph = assert_equals_onnxruntime(model.content(y))
    assert [(op.kind, op.attrs.activation) for op in graph.ops] == [(CONV_2D, Activation.RELU6)]


def test_between_two_numbers_is_one_operator() -> None:
    model = Model((1, 3, 4, 4))
    y = model.node("Clip", [_layer(model), *_scalars(model, -1e6, 1)])
    graph = assert_equals_onnxruntime(model.content(y))
    assert [op.kind for op in graph.ops] == [CONV_2D, CLIP]
