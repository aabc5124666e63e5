"""Pads of every mode, and poolings with any padding, equal onnxruntime."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.importers import load_onnx
from mcuq.importers.onnx.rules.padding import mirrored_places

MODES = ["constant", "edge", "reflect", "wrap"]


@given(
    mode=st.sampled_from(MODES),
    value=st.sampled_from([0.0, 0.5, -3.0]),
    pads=st.lists(st.integers(-2, 3), min_size=4, max_size=4),
    listed=st.booleans(),
    behind_conv=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_pad(mode: str, value: float, pads: list[int], listed: bool, behind_conv: bool) -> None:
    if mode != "constant":  # onnxruntime cuts nothing where it repeats
        pads = [abs(count) for count in pads]
    model = Model((1, 3, 5, 6), opset=19)
    x = model.node("Conv", ["x0", model.weights(3, 3, 1, 1)]) if behind_conv else "x0"
    added = model.constant(np.float32(value)) if mode == "constant" else ""
    if listed:
        inputs = [x, model.constant(np.array(pads)), added, model.constant(np.array([3, -2]))]
    else:
        whole = [0, 0, *pads[:2], 0, 0, *pads[2:]]
        inputs = [x, model.constant(np.array(whole)), *([added] if added else [])]
    y = model.node("Pad", inputs, mode=mode)
    assert_equals_onnxruntime(model.content(model.node("Tanh", [y])))


@given(st.integers(1, 6), st.data())
def test_places_are_those_of_numpy(size: int, data: st.DataObject) -> None:
    mode = data.draw(st.sampled_from(["edge", "reflect", "wrap"]))
    most = size - 1 if mode == "reflect" else size
    pair = data.draw(st.tuples(st.integers(0, most), st.integers(0, most)))
    values = np.random.default_rng(0).normal(size=size)
    wanted = np.pad(values, pair, mode=mode)  # type: ignore[call-overload]
    np.testing.assert_array_equal(values[mirrored_places(size, pair, mode)], wanted)


def _windows(draw: st.DrawFn, kind: str) -> tuple[tuple[int, ...], dict[str, Any]]:
    rank = draw(st.integers(1, 2))
    spatial = [draw(st.integers(3, 9)) for _ in range(rank)]
    kernel = [draw(st.integers(1, min(4, n))) for n in spatial]
    attrs: dict[str, Any] = {
        "kernel_shape": kernel,
        "strides": [draw(st.integers(1, 3)) for _ in range(rank)],
        "pads": [draw(st.integers(0, n - 1)) for n in (*kernel, *kernel)],
        "ceil_mode": draw(st.integers(0, 1)),
    }
    if kind == "AveragePool":
        attrs["count_include_pad"] = draw(st.integers(0, 1))
    return (1, 3, *spatial), attrs


@pytest.mark.parametrize("kind", ["MaxPool", "AveragePool"])
@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_pooling(kind: str, data: st.DataObject) -> None:
    shape, attrs = data.draw(st.composite(_windows)(kind))
    model = Model(shape, opset=19)
    assert_equals_onnxruntime(model.content(model.node(kind, ["x0"], **attrs)))


@pytest.mark.parametrize(
    ("inputs", "attrs", "match"),
    [
        ([np.array([0, 0, -5, 0, 0, 0, 0, 0])], {}, r"\(-5, 0\) at a dimension of 5"),
        ([np.array([0, 0, 5, 0, 0, 0, 0, 0])], {"mode": "reflect"}, "repeated from 5"),
        ([np.array([0, 0, 1, 0, 0, 0, 0, 0]), np.float32(-np.inf)], {}, "NaN or infinity"),
        ([np.array([0] * 8)], {"mode": "mirror"}, "mode mirror"),
    ],
)
def test_refused(inputs: list[Any], attrs: dict[str, Any], match: str) -> None:
    model = Model((1, 3, 5, 6), opset=19)
    y = model.node("Pad", ["x0", *(model.constant(values) for values in inputs)], **attrs)
    with pytest.raises(InputError, match=match) as caught:
        load_onnx(model.content(y))
    assert caught.value.hint
