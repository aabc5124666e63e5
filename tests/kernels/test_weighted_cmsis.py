"""The portable weighted kernels, behind CMSIS-NN's interface, equal TFLite Micro."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from kernel_cases import oracle
from kernel_weighted import Weighted, build, convolutions, dense_layers, run_cmsis

from mcuq.ops.weighted import CONV_2D
from mcuq.ops.weighted_params import ConvAttrs


@settings(max_examples=500)
@given(convolutions())
def test_convolution_equals_tflm(case: Weighted) -> None:
    function = f"arm_convolve_wrapper_s{case.weight.bits}"
    np.testing.assert_array_equal(run_cmsis(case, function), oracle(case.graph, [case.input]))


@settings(max_examples=400)
@given(convolutions(depthwise=True))
def test_depthwise_convolution_equals_tflm(case: Weighted) -> None:
    function = f"arm_depthwise_conv_wrapper_s{case.weight.bits}"
    np.testing.assert_array_equal(run_cmsis(case, function), oracle(case.graph, [case.input]))


@settings(max_examples=300)
@given(dense_layers())
def test_dense_equals_tflm(case: Weighted) -> None:
    function = f"arm_fully_connected_s{case.weight.bits}"
    np.testing.assert_array_equal(run_cmsis(case, function), oracle(case.graph, [case.input]))


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize(
    "form", ["arm_convolve_s{}", "arm_convolve_1x1_s{}", "arm_convolve_1x1_s{}_fast"]
)
def test_pointwise_forms_agree(bits: int, form: str) -> None:
    shapes = ((1, 3, 5, 7), (6, 1, 1, 7), (1, 3, 5, 6))
    case = build(CONV_2D, ConvAttrs(), *shapes, bits, seed=bits)
    expected = oracle(case.graph, [case.input])
    np.testing.assert_array_equal(run_cmsis(case, form.format(bits)), expected)
