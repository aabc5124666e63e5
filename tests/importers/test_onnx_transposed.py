"""ConvTranspose with every padding, stride, dilation and group count equals onnxruntime."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx_cases import Model, assert_equals_onnxruntime

from mcuq.errors import InputError
from mcuq.importers import load_onnx
from mcuq.ops.weighted import TRANSPOSE_CONV


@st.composite
def _layers(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]]:
    rank, groups = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    each = st.integers(1, 3)
    channels, filters = groups * draw(each), draw(each)
    spatial, kernel = ([draw(st.integers(1, 4)) for _ in range(rank)] for _ in range(2))
    strides, dilations = ([draw(each) for _ in range(rank)] for _ in range(2))
    attrs: dict[str, Any] = {"strides": strides, "dilations": dilations, "group": groups}
    mode = draw(st.sampled_from(["pads", "SAME_UPPER", "SAME_LOWER", "shape"]))
    further = [draw(st.integers(0, max(stride, 1) - 1)) for stride in strides]
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    whole = [
        (n - 1) * s + k + f for n, s, k, f in zip(spatial, strides, spans, further, strict=True)
    ]
    if mode == "pads":
        before = [draw(st.integers(0, (n - 1) // 2)) for n in whole]
        after = [draw(st.integers(0, n - 1 - b)) for n, b in zip(whole, before, strict=True)]
        attrs |= {"pads": [*before, *after], "output_padding": further}
    elif mode == "shape":
        attrs["output_shape"] = [
            draw(st.integers(1, n - f)) for n, f in zip(whole, further, strict=True)
        ]
    else:
        attrs["auto_pad"] = mode
    return (1, channels, *spatial), (channels, filters, *kernel), attrs


@given(layer=_layers(), bias=st.booleans(), seed=st.integers(0, 3))
@settings(max_examples=120, deadline=None)
def test_every_form(
    layer: tuple[tuple[int, ...], tuple[int, ...], dict[str, Any]], bias: bool, seed: int
) -> None:
    shape, filters, attrs = layer
    model = Model(shape, seed=seed)
    inputs = ["x0", model.weights(*filters)]
    inputs += [model.weights(filters[1] * attrs["group"])] if bias else []
    y = model.node("ConvTranspose", inputs, **attrs)
    assert_equals_onnxruntime(model.content(y))


@pytest.mark.parametrize(
    ("kernel", "attrs"),
    [
        (2, {"strides": [2, 2]}),
        (3, {"strides": [2, 2], "auto_pad": "SAME_UPPER"}),
        (3, {"pads": [1, 1, 1, 1]}),
    ],
)
def test_one_operator(kernel: int, attrs: dict[str, Any]) -> None:
    """The upsampling of a U-Net, and what TFLite's SAME pads alike."""
    model = Model((1, 3, 5, 4))
    y = model.node("ConvTranspose", ["x0", model.weights(3, 2, kernel, kernel)], **attrs)
    graph = assert_equals_onnxruntime(model.content(y))
    assert [op.kind for op in graph.ops] == [TRANSPOSE_CONV]


def test_nothing_is_left() -> None:
    model = Model((1, 3, 1, 1))
    inputs = ["x0", model.weights(3, 2, 2, 2)]
    y = model.node("ConvTranspose", inputs, pads=[1, 1, 1, 1])
    with pytest.raises(InputError, match=r"the result would be \(0, 0\)"):
        load_onnx(model.content(y))
