"""Outputs written over inputs as far as `mcuq.lower.overlap` promises stay the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from kernel_fast import (
    Memory,
    conv_layer,
    depthwise_layer,
    pointwise_layer,
    run_conv,
    run_depthwise,
    run_pointwise,
)
from kernel_native import call, examples
from kernel_weighted import Int8s, Weighted, build, layers

from mcuq.bench.layers import LayerCall
from mcuq.lower.overlap import (
    BufferOverlap,
    WindowShape,
    conv_overlap,
    depthwise_overlap,
    pointwise_overlap,
)
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D
from mcuq.ops.weighted_params import ConvAttrs, ConvParams

pytestmark = pytest.mark.slow

Run = Callable[..., Int8s]
Layer = Callable[..., LayerCall]


def window_shape(case: Weighted) -> WindowShape:
    window = cast(ConvParams, case.params).window
    shapes = [shape[1:] for shape in (case.input.shape, case.output_shape)]
    kernel = case.weight.shape[1:3]
    pairs = (kernel, window.stride, window.dilation, window.padding)
    return WindowShape(*shapes, *pairs)  # type: ignore[arg-type]


def memory(case: Weighted, output_offset: int) -> Memory:
    """One buffer: the output begins `output_offset` bytes after the input (or before it)."""
    source, result = case.input.size, math.prod(case.output_shape)
    start = max(0, -output_offset)
    buffer = np.full(max(start + source, start + output_offset + result), 0x55, np.int8)
    at = start + output_offset
    return buffer[start : start + source], buffer[at : at + result]


def in_c(layer: Layer, case: Weighted) -> BufferOverlap:
    """The kernels' own answer."""
    answers = []
    for descending in (False, True):
        made = layer(case, descending=descending)
        function = made.function.rsplit("_", 1)[0] + "_overlap"
        answers.append(call(function, np.frombuffer(made.structure, np.int32)))
    return BufferOverlap(*answers)


def check(case: Weighted, run: Run, layer: Layer, sharing: BufferOverlap, slack: int) -> None:
    """At the limit in both directions, and `slack` bytes away from it."""
    source, result = case.input.size, math.prod(case.output_shape)
    assert in_c(layer, case) == sharing
    expected = run(case, descending=False)
    lead_up, lead_down = result - sharing.ascending, source - sharing.descending
    for lead in (lead_up, lead_up + slack):
        actual = run(case, descending=False, memory=memory(case, -lead))
        np.testing.assert_array_equal(actual, expected)
    for lead in (lead_down, lead_down + slack):
        actual = run(case, descending=True, memory=memory(case, lead))
        np.testing.assert_array_equal(actual, expected)


@settings(max_examples=examples(400))
@given(layers(CONV_2D))
def test_convolution_over_its_input(case: Weighted) -> None:
    check(
        case, run_conv, conv_layer, conv_overlap(window_shape(case)), slack=case.input.size % 7 + 1
    )


@settings(max_examples=examples(400))
@given(layers(DEPTHWISE_CONV_2D, simple=True))
def test_depthwise_over_its_input(case: Weighted) -> None:
    sharing = depthwise_overlap(window_shape(case))
    check(case, run_depthwise, depthwise_layer, sharing, slack=case.input.size % 7 + 1)


@pytest.mark.parametrize("pixels", [1, 2, 7, 8])
@pytest.mark.parametrize("channels", [(8, 8), (3, 9), (12, 5), (1, 1), (4, 16)])
def test_pointwise_over_its_input(pixels: int, channels: tuple[int, int]) -> None:
    inputs, outputs = channels
    shapes = ((1, 1, pixels, inputs), (outputs, 1, 1, inputs))
    case = build(CONV_2D, ConvAttrs(), *shapes, bits=8, seed=pixels)
    check(case, run_pointwise, pointwise_layer, pointwise_overlap(pixels, inputs, outputs), slack=3)


def test_one_byte_more_destroys_something() -> None:
    """The promise is not idle: growing pixels break where one byte more is shared."""
    shapes = ((1, 1, 8, 4), (16, 1, 1, 4))
    lead = 8 * 16 - pointwise_overlap(8, 4, 16).ascending - 1
    broken = 0
    for seed in range(10):
        case = build(CONV_2D, ConvAttrs(), *shapes, bits=8, seed=seed)
        actual = run_pointwise(case, descending=False, memory=memory(case, -lead))
        broken += bool((actual != run_pointwise(case, descending=False)).any())
    # The overwritten byte may be what it was before, but not ten times.
    assert broken > 0
