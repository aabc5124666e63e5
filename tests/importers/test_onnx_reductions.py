"""Reductions over any axes, sums of many values, and blocks of pixels equal onnxruntime."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.importers import load_onnx

SUMS = ["ReduceMean", "ReduceSum", "ReduceL1", "ReduceSumSquare"]
EXTREMES = ["ReduceMax", "ReduceMin"]


@given(
    kind=st.sampled_from(SUMS + EXTREMES),
    axes=st.sets(st.sampled_from([-1, 1, 2]), min_size=1),
    keep=st.integers(0, 1),
    behind_conv=st.booleans(),
    opset=st.sampled_from([13, 18]),
)
@settings(max_examples=80, deadline=None)
def test_reductions(kind: str, axes: set[int], keep: int, behind_conv: bool, opset: int) -> None:
    if kind in EXTREMES:
        axes = {2, -1} if behind_conv else {1, 2} if len(axes) > 1 else axes
    model = Model((1, 3, 4, 5), opset=opset)
    x = model.node("Conv", ["x0", model.weights(4, 3, 1, 1)]) if behind_conv else "x0"
    if opset >= 18 or kind == "ReduceSum":
        y = model.node(kind, [x, model.constant(np.array(sorted(axes)))], keepdims=keep)
    else:
        y = model.node(kind, [x], axes=sorted(axes), keepdims=keep)
    assert_equals_onnxruntime(model.content(model.node("Relu", [y])))


@pytest.mark.parametrize("kind", ["Sum", "Mean"])
@given(count=st.integers(1, 4), spread=st.booleans(), constant=st.booleans())
@settings(max_examples=20, deadline=None)
def test_of_many_values(kind: str, count: int, spread: bool, constant: bool) -> None:
    model = Model((1, 3, 4, 5))
    values = [model.node("Conv", ["x0", model.weights(4, 3, 1, 1)]) for _ in range(count)]
    if spread:
        values.append(model.node("GlobalAveragePool", [values[0]]))
    if constant:
        values.insert(0, model.weights(4, 1, 1))
    assert_equals_onnxruntime(model.content(model.node("Relu", [model.node(kind, values)])))


@given(
    block=st.integers(1, 3), depth=st.integers(1, 3), height=st.integers(1, 3),
    width=st.integers(1, 3), mode=st.sampled_from(["DCR", "CRD"]), behind_conv=st.booleans(),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_blocks(
    block: int, depth: int, height: int, width: int, mode: str, behind_conv: bool
) -> None:
    channels = depth * block**2
    model = Model((1, channels, height, width))
    x = "x0"
    if behind_conv:
        x = model.node("Conv", [x, model.weights(channels, channels, 1, 1)])
    y = model.node("DepthToSpace", [x], blocksize=block, mode=mode)
    z = model.node("SpaceToDepth", [model.node("Tanh", [y])], blocksize=block)
    assert_equals_onnxruntime(model.content(y, z))


def test_blocks_are_whole() -> None:
    model = Model((1, 3, 4, 4))
    with pytest.raises(InputError, match="blocks of 2 from 3 channels"):
        load_onnx(model.content(model.node("DepthToSpace", ["x0"], blocksize=2)))
