"""What CMSIS-NN's convolutions refuse, by the words of their headers; nothing is written then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from arm_native import ARG_ERROR, NO_SCRATCH, ONES, SUCCESS, arm, context
from kernel_native import Words

UNTOUCHED = 77
SCALES = Words(np.full(8, 1 << 30, np.int32), np.full(8, -8, np.int32))


def status_of(
    name: str,
    filters: Sequence[int],
    *,
    image: Sequence[int] = (1, 1, 6, 4),
    outputs: Sequence[int] = (1, 1, 6, 4),
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    ch_mult: int | None = None,
    scratch: Words = NO_SCRATCH,
) -> int:
    """Of a convolution of ones along the width."""
    factor = [] if ch_mult is None else [ch_mult]
    kind = np.int16 if "s16" in name else np.int8
    settings = Words(0, 0, *factor, stride, 1, padding, 0, dilation, 1, -128, 127)
    x, weights = np.ones(512, kind), np.ones(512, np.int8)
    output = np.full(512, UNTOUCHED, kind)
    before = scratch, settings, SCALES, Words(*image), x, Words(*filters), weights, ONES, None
    status = arm(name, *before, Words(*outputs), output)
    assert (status == ARG_ERROR) == bool((output == UNTOUCHED).all())
    return status


@pytest.mark.parametrize("bits", [4, 8])
def test_pointwise_convolution(bits: int) -> None:
    name = f"arm_convolve_1x1_s{bits}"
    # The filter's dimensions and the dilation are not read.
    assert status_of(name, (9, 9, 9, 9), dilation=2**31 - 1) == SUCCESS
    assert status_of(name, (4, 1, 1, 4), padding=1) == ARG_ERROR
    assert status_of(name, (4, 1, 1, 4), stride=2) == SUCCESS
    assert status_of(f"{name}_fast", (9, 9, 9, 9)) == SUCCESS
    assert status_of(f"{name}_fast", (4, 1, 1, 4), padding=1) == ARG_ERROR
    assert status_of(f"{name}_fast", (4, 1, 1, 4), stride=2) == ARG_ERROR


@pytest.mark.parametrize("bits", [4, 8])
def test_convolution_along_a_row(bits: int) -> None:
    name = f"arm_convolve_1_x_n_s{bits}"
    row = (4, 1, 3, 4)
    assert status_of(name, row, padding=1) == status_of(name, (4, 1, 3, 99)) == SUCCESS
    assert status_of(name, row, image=(1, 2, 6, 4)) == ARG_ERROR
    assert status_of(name, row, outputs=(1, 2, 3, 4)) == ARG_ERROR
    assert status_of(name, (4, 2, 3, 4)) == status_of(name, row, dilation=2) == ARG_ERROR
    assert status_of(name, row, image=(1, 1, 6, 5)) == status_of(name, row, stride=0) == ARG_ERROR
    assert status_of(name, row, image=(1, 1, 6, 2), stride=2) == SUCCESS


def test_filters_of_even_size() -> None:
    assert status_of("arm_convolve_even_s4", (4, 1, 3, 4)) == SUCCESS
    odd = (1, 1, 6, 3)
    assert status_of("arm_convolve_even_s4", (4, 1, 3, 3), image=odd) == ARG_ERROR
    assert status_of("arm_convolve_s4", (4, 1, 3, 3), image=odd) == SUCCESS


def test_groups() -> None:
    name = "arm_convolve_wrapper_s8"
    assert status_of(name, (4, 1, 1, 2)) == SUCCESS
    assert status_of(name, (4, 1, 1, 3)) == ARG_ERROR
    assert status_of(name, (4, 1, 1, 2), outputs=(1, 1, 6, 3)) == ARG_ERROR


OPTIMIZED = ["arm_depthwise_conv_s8_opt", "arm_depthwise_conv_s4_opt", "arm_depthwise_conv_3x3_s8"]


@pytest.mark.parametrize("name", OPTIMIZED)
def test_depthwise_convolution_of_as_many_channels(name: str) -> None:
    window, scratch = (1, 3, 3, 4), context(64)
    # Neither the number of images nor the multiplier or the dilation is read.
    ignored = {"image": (9, 1, 6, 4), "ch_mult": 9, "dilation": 9, "scratch": scratch}
    assert status_of(name, window, **ignored) == SUCCESS  # type: ignore[arg-type]
    fewer = (1, 1, 6, 3)
    assert status_of(name, window, outputs=fewer, ch_mult=1, scratch=scratch) == ARG_ERROR
    is_square = name.endswith("3x3_s8")
    other = status_of(name, (1, 2, 3, 4), ch_mult=1, scratch=scratch)
    shifted = status_of(name, window, padding=2, ch_mult=1, scratch=scratch)
    assert other == shifted == (ARG_ERROR if is_square else SUCCESS)
    if name == "arm_depthwise_conv_s4_opt":
        assert status_of(name, window, ch_mult=1, scratch=Words(None, 0)) == ARG_ERROR


@pytest.mark.parametrize("form", ["s8", "s4", "wrapper_s8", "wrapper_s4", "s16", "wrapper_s16"])
def test_depthwise_convolution(form: str) -> None:
    name = f"arm_depthwise_conv_{form}"
    assert status_of(name, (1, 1, 2, 4), ch_mult=1) == SUCCESS
    assert status_of(name, (1, 1, 2, 8), ch_mult=2, outputs=(1, 1, 6, 8)) == SUCCESS
    assert status_of(name, (1, 1, 2, 4), ch_mult=2) == ARG_ERROR
    assert status_of(name, (1, 1, 2, 4), ch_mult=0) == ARG_ERROR


def test_fast_depthwise_convolution() -> None:
    name = "arm_depthwise_conv_fast_s16"
    assert status_of(name, (1, 1, 2, 4), ch_mult=1) == SUCCESS
    assert status_of(name, (1, 1, 2, 4), ch_mult=2) == ARG_ERROR
    assert status_of(name, (1, 1, 2, 4), ch_mult=1, outputs=(1, 1, 6, 3)) == ARG_ERROR
