"""CMSIS-NN's forms of convolutions and dense layers, over random layers: TFLite Micro's bytes."""

from __future__ import annotations

import numpy as np
import pytest
from arm_native import ARG_ERROR, NO_SCRATCH, ONES, SUCCESS, arm, context, same
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_native import Words, examples
from kernel_weighted import Weighted, build, layers, run_cmsis

from mcuq.ops.attrs import Padding
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, ConvParams, DepthwiseConvAttrs

SIZES = st.integers(1, 5)


@settings(max_examples=examples(60))
@given(layers(CONV_2D))
def test_convolution(case: Weighted) -> None:
    same(run_cmsis(case, f"arm_convolve_s{case.weight.bits}", arm), case.expected)
    if case.weight.bits == 4 and case.weight.size // case.weight.shape[0] % 2 == 0:
        same(run_cmsis(case, "arm_convolve_even_s4", arm), case.expected)


@settings(max_examples=examples(60))
@given(*[SIZES] * 4, st.sampled_from([4, 8]), st.sampled_from([(1, 1), (2, 1), (2, 3)]))
def test_pointwise_convolution(
    height: int, width: int, depth: int, outputs: int, bits: int, stride: tuple[int, int]
) -> None:
    shapes = (1, height, width, depth), (outputs, 1, 1, depth)
    case = build(CONV_2D, ConvAttrs(stride=stride), *shapes, bits, seed=height * width)
    same(run_cmsis(case, f"arm_convolve_1x1_s{bits}", arm), case.expected)
    if stride == (1, 1):
        same(run_cmsis(case, f"arm_convolve_1x1_s{bits}_fast", arm), case.expected)


@settings(max_examples=examples(60))
@given(st.integers(3, 12), *[SIZES] * 2, st.integers(1, 3), st.sampled_from([4, 8]))
def test_convolution_along_a_row(
    width: int, taps: int, outputs: int, stride: int, bits: int
) -> None:
    attrs = ConvAttrs(stride=(1, stride), padding=Padding.SAME)
    shapes = (1, 1, width, 4), (outputs, 1, taps, 4)
    case = build(CONV_2D, attrs, *shapes, bits, seed=width)
    same(run_cmsis(case, f"arm_convolve_1_x_n_s{bits}", arm), case.expected)


@settings(max_examples=examples(60))
@given(layers(DEPTHWISE_CONV_2D))
def test_depthwise_convolution(case: Weighted) -> None:
    same(run_cmsis(case, f"arm_depthwise_conv_s{case.weight.bits}", arm), case.expected)


@settings(max_examples=examples(60))
@given(*[SIZES] * 3, st.integers(1, 4), st.sampled_from([4, 8]), st.integers(1, 3))
def test_depthwise_convolution_of_as_many_channels(
    height: int, width: int, channels: int, window: int, bits: int, stride: int
) -> None:
    attrs = DepthwiseConvAttrs(stride=(stride, stride), padding=Padding.SAME)
    shapes = (1, height, width, channels), (1, window, window, channels)
    case = build(DEPTHWISE_CONV_2D, attrs, *shapes, bits, seed=height)
    name = f"arm_depthwise_conv_s{bits}_opt"
    asked = arm(f"{name}_get_buffer_size", Words(*case.input.shape), Words(*case.weight.shape))
    assert asked == (case.weight.size if bits == 4 else 0)
    same(run_cmsis(case, name, arm, context(asked + 1)), case.expected)
    if window == 3 and bits == 8:
        same(run_cmsis(case, "arm_depthwise_conv_3x3_s8", arm), case.expected)


@settings(max_examples=examples(60))
@given(layers(FULLY_CONNECTED))
def test_dense(case: Weighted) -> None:
    same(run_cmsis(case, f"arm_fully_connected_s{case.weight.bits}", arm), case.expected)


@given(st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_dense_by_channel_or_not(rows: int, outputs: int, each: bool) -> None:
    """The wrapper calls the one or the other; both take the input's rows."""
    rng = np.random.default_rng(rows)
    x = rng.integers(-128, 128, (rows, 5)).astype(np.int8)
    weights = rng.integers(-127, 128, (outputs, 5)).astype(np.int8)
    multipliers = rng.integers(1 << 30, 1 << 31, outputs).astype(np.int32)
    shifts = rng.integers(-9, -5, outputs).astype(np.int32)
    settings, depth = Words(3, 0, -4, -128, 127), Words(5, 1, 1, outputs)
    tensors = Words(rows, 1, 1, 5), x, depth, weights, ONES, None, Words(99, 1, 1, outputs)
    outputs_of = {}
    for name, scales in {
        "wrapper": Words(multipliers, shifts, int(each)),
        "per_channel": Words(multipliers, shifts),
        "plain": Words(int(multipliers[0]), int(shifts[0])),
    }.items():
        function = f"arm_fully_connected_{name}_s8".replace("_plain", "")
        outputs_of[name] = np.zeros((rows, outputs), np.int8)
        assert arm(function, NO_SCRATCH, settings, scales, *tensors, outputs_of[name]) == SUCCESS
    same(outputs_of["wrapper"], outputs_of["per_channel" if each else "plain"])
    same(outputs_of["plain"][:, 0], outputs_of["per_channel"][:, 0])


@pytest.mark.parametrize("upscale", [(2, 2), (2, 1), (1, 2), (1, 1)])
@settings(max_examples=examples(20))
@given(*[SIZES] * 3, st.integers(1, 4))
def test_convolution_of_a_spread_input(
    upscale: tuple[int, int], height: int, width: int, outputs: int, window: int
) -> None:
    """As of an input with zero points between its rows and columns."""
    spread = (1, height * upscale[0], width * upscale[1], 3)
    attrs = ConvAttrs(padding=((window - 1, window), (1, window)))
    case = build(CONV_2D, attrs, spread, (outputs, window, window, 3), 8, seed=height)
    params = case.params
    assert isinstance(params, ConvParams)
    dense = case.input[:, :: upscale[0], :: upscale[1]].copy()
    held = np.full(spread, -params.input_offset, np.int8)
    held[:, :: upscale[0], :: upscale[1]] = dense
    expected = run_cmsis(Weighted(case.graph, held), "arm_convolve_s8", arm)
    pairs = [*params.window.stride[::-1], *params.window.padding[::-1]]
    settings = Words(
        *(params.input_offset, params.output_offset, *pairs, *params.window.dilation[::-1]),
        *(params.activation_min, params.activation_max),
    )
    output = np.zeros(case.output_shape, np.int8)
    scales = Words(params.multipliers, params.shifts)
    before = (NO_SCRATCH, settings, scales, Words(*spread), dense)
    tensors = (Words(*case.weight.shape), case.stored, ONES, case.bias)
    last = (Words(0, *upscale, 0), Words(*case.output_shape), output)
    assert arm("arm_convolve_s8", *before, *tensors, *last) == SUCCESS
    same(output, expected)


def test_a_filter_that_no_group_takes() -> None:
    rest = Words(1, 1, 1, 4), np.zeros(4, np.int8)
    scales = Words(np.zeros(4, np.int32), np.zeros(4, np.int32))
    before = NO_SCRATCH, Words(0, 0, 1, 1, 0, 0, 1, 1, -128, 127), scales, Words(1, 2, 2, 3)
    tensors = np.zeros(12, np.int8), Words(4, 1, 1, 2), np.zeros(8, np.int8), ONES, None
    assert arm("arm_convolve_s8", *before, *tensors, Words(0, 2, 2, 0), *rest) == ARG_ERROR
