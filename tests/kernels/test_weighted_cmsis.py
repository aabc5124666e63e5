"""The portable weighted kernels, behind CMSIS-NN's interface, equal TFLite Micro."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from kernel_native import examples
from kernel_weighted import Weighted, build, layers, run_cmsis

from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED
from mcuq.ops.weighted_params import ConvAttrs


@settings(max_examples=examples(500))
@given(layers(CONV_2D))
def test_convolution_equals_tflm(case: Weighted) -> None:
    function = f"mcuq_convolve_wrapper_s{case.weight.bits}"
    np.testing.assert_array_equal(run_cmsis(case, function), case.expected)


@settings(max_examples=examples(400))
@given(layers(DEPTHWISE_CONV_2D))
def test_depthwise_convolution_equals_tflm(case: Weighted) -> None:
    function = f"mcuq_depthwise_conv_wrapper_s{case.weight.bits}"
    np.testing.assert_array_equal(run_cmsis(case, function), case.expected)


@settings(max_examples=examples(300))
@given(layers(FULLY_CONNECTED))
def test_dense_equals_tflm(case: Weighted) -> None:
    function = f"mcuq_fully_connected_s{case.weight.bits}"
    np.testing.assert_array_equal(run_cmsis(case, function), case.expected)


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize(
    "form", ["mcuq_convolve_s{}", "mcuq_convolve_1x1_s{}", "mcuq_convolve_1x1_s{}_fast"]
)
def test_pointwise_forms_agree(bits: int, form: str) -> None:
    shapes = ((1, 3, 5, 7), (6, 1, 1, 7))
    case = build(CONV_2D, ConvAttrs(), *shapes, bits, seed=bits)
    expected = case.expected
    np.testing.assert_array_equal(run_cmsis(case, form.format(bits)), expected)
