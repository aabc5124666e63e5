"""The kernels with re-ordered weights give the bytes of TFLite Micro."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from kernel_fast import run_conv, run_dense, run_depthwise, run_pointwise
from kernel_native import examples
from kernel_weighted import Weighted, build, layers

from mcuq.ops.attrs import Padding
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs

CONV = settings(max_examples=examples(500))


@CONV
@given(layers(CONV_2D))
def test_convolution_equals_tflm(case: Weighted) -> None:
    expected = case.expected
    np.testing.assert_array_equal(run_conv(case, descending=False), expected)
    np.testing.assert_array_equal(run_conv(case, descending=True), expected)


@CONV
@given(layers(DEPTHWISE_CONV_2D, simple=True))
def test_depthwise_equals_tflm(case: Weighted) -> None:
    expected = case.expected
    np.testing.assert_array_equal(run_depthwise(case, descending=False), expected)
    np.testing.assert_array_equal(run_depthwise(case, descending=True), expected)


@settings(max_examples=examples(300))
@given(layers(DEPTHWISE_CONV_2D, expandable=True))
def test_expanded_depthwise_equals_tflm(case: Weighted) -> None:
    expected = case.expected
    for descending in (False, True):
        actual = run_depthwise(case, descending=descending, expanded=True)
        np.testing.assert_array_equal(actual, expected)


@settings(max_examples=examples(300))
@given(layers(FULLY_CONNECTED))
def test_dense_equals_tflm(case: Weighted) -> None:
    np.testing.assert_array_equal(run_dense(case), case.expected)


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("shape", [(3, 5, 7, 6), (1, 1, 4, 4), (2, 2, 64, 10), (1, 3, 1, 1)])
def test_pointwise_equals_tflm(bits: int, shape: tuple[int, int, int, int]) -> None:
    height, width, inputs, outputs = shape
    shapes = ((1, height, width, inputs), (outputs, 1, 1, inputs))
    for seed in range(20):
        case = build(CONV_2D, ConvAttrs(), *shapes, bits, seed)
        expected = case.expected
        np.testing.assert_array_equal(run_pointwise(case, descending=seed % 2 == 1), expected)


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("padding", list(Padding))
def test_depthwise_of_one_column_equals_tflm(bits: int, padding: Padding) -> None:
    for seed in range(12):
        taps, stride, dilation = 1 + seed % 5, 1 + seed % 3, 1 + seed % 2
        attrs = DepthwiseConvAttrs((stride, stride), (dilation, dilation), padding)
        shapes = ((1, 11 + seed, 1, 3 + seed), (1, taps, 1, 3 + seed))
        case = build(DEPTHWISE_CONV_2D, attrs, *shapes, bits, seed)
        expected = case.expected
        np.testing.assert_array_equal(run_depthwise(case, descending=seed % 2 == 1), expected)
