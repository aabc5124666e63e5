"""Normalizations by the values' own statistics equal onnxruntime."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.importers import load_onnx
from mcuq.ops.movement import TRANSPOSE

EPSILON = st.sampled_from([1e-5, 1e-3, 0.1])
SIZE = st.integers(1, 4)


def _image(model: Model, channels: int, behind_conv: bool) -> str:
    return model.node("Conv", ["x0", model.weights(channels, 3, 1, 1)]) if behind_conv else "x0"


@given(
    rank=st.integers(2, 4), axis=st.integers(-3, 3), bias=st.booleans(), epsilon=EPSILON,
    size=SIZE, seed=st.integers(0, 3),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_layer_normalization(
    rank: int, axis: int, bias: bool, epsilon: float, size: int, seed: int
) -> None:
    shape = (1, 3, size + 1, 4)[:rank]
    axis = max(-rank + 1, min(axis, rank - 1)) or 1
    model = Model(shape, seed=seed)
    factors = shape[axis:]
    inputs = ["x0", model.weights(*factors), *([model.weights(*factors)] if bias else [])]
    y = model.node("LayerNormalization", inputs, axis=axis, epsilon=epsilon)
    assert_equals_onnxruntime(model.content(y))


@given(
    spatial=st.lists(st.integers(2, 5), min_size=1, max_size=2), channels=SIZE, epsilon=EPSILON,
    seed=st.integers(0, 3),
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_instance_normalization(
    spatial: list[int], channels: int, epsilon: float, seed: int
) -> None:
    model = Model((1, channels, *spatial), seed=seed)
    inputs = ["x0", model.weights(channels), model.weights(channels)]
    y = model.node("InstanceNormalization", inputs, epsilon=epsilon)
    graph = assert_equals_onnxruntime(model.content(y))
    assert TRANSPOSE not in {op.kind for op in graph.ops}


@given(
    groups=SIZE, each=SIZE, height=st.integers(2, 4), width=SIZE,
    behind_conv=st.booleans(), seed=st.integers(0, 3),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_group_normalization(
    groups: int, each: int, height: int, width: int, behind_conv: bool, seed: int
) -> None:
    channels = groups * each
    model = Model((1, 3 if behind_conv else channels, height, width), opset=21, seed=seed)
    x = _image(model, channels, behind_conv)
    inputs = [x, model.weights(channels), model.weights(channels)]
    y = model.node("GroupNormalization", inputs, num_groups=groups, epsilon=1e-3)
    graph = assert_equals_onnxruntime(model.content(y))
    assert TRANSPOSE not in {op.kind for op in graph.ops}


@given(rank=st.integers(2, 3), scaled=st.booleans(), seed=st.integers(0, 3))
@settings(max_examples=10, deadline=None)
def test_root_mean_square_normalization(rank: int, scaled: bool, seed: int) -> None:
    shape = (1, 3, 5)[:rank]
    model = Model(shape, opset=23, seed=seed)
    scale = model.weights(shape[-1]) if scaled else model.constant(np.ones(1, np.float32))
    y = model.node("RMSNormalization", ["x0", scale], epsilon=1e-3)
    assert_equals_onnxruntime(model.content(y))


def test_group_normalization_as_pytorch_writes_it() -> None:
    """Reshape to groups, InstanceNormalization, reshape back, factors."""
    model = Model((1, 3, 5, 4))
    x = model.node("Conv", ["x0", model.weights(8, 3, 3, 3)])
    groups = model.node("Reshape", [x, model.constant(np.array([0, 4, -1]))])
    ones, zeros = (model.constant(np.full(4, n, np.float32)) for n in (1, 0))
    y = model.node("InstanceNormalization", [groups, ones, zeros])
    y = model.node("Reshape", [y, model.node("Shape", [x])])
    y = model.node("Add", [model.node("Mul", [y, model.weights(8, 1, 1)]), model.weights(8, 1, 1)])
    graph = assert_equals_onnxruntime(model.content(model.node("Relu", [y])))
    assert TRANSPOSE not in {op.kind for op in graph.ops}


def test_statistics_are_no_outputs() -> None:
    model = Model((1, 3, 5))
    y = model.node("LayerNormalization", ["x0", model.weights(5)], ["y", "mean"])
    with pytest.raises(InputError, match="not the statistics behind it"):
        load_onnx(model.content(y, "mean"))
