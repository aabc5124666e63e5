"""CMSIS-NN's pooling, softmax and transposed convolution: mcuq's exact integers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from arm_native import ARG_ERROR, NO_SCRATCH, ONES, SUCCESS, arm, same
from arm_reference import rescaled
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_native import Words, examples

from mcuq.numeric import (
    doubling_high_multiply,
    exp_on_negative_values,
    reciprocal,
    rounding_right_shift,
)
from mcuq.numeric.affine import round_half_away

SEEDS = st.integers(0, 2**31)
SIZES = st.integers(1, 5)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("mean", [True, False])
@settings(max_examples=examples(80))
@given(SEEDS, *[SIZES] * 4, st.integers(1, 3), st.integers(0, 4), SIZES)
def test_pooling_of_several_images(
    bits: int,
    mean: bool,
    seed: int,
    height: int,
    width: int,
    window: int,
    outputs: int,
    stride: int,
    padding: int,
    channels: int,
) -> None:
    rng = np.random.default_rng(seed)
    low = -(1 << (bits - 1))
    kind = np.int16 if bits == 16 else np.int8
    x = rng.integers(low, -low, (2, height, width, channels)).astype(kind)
    output = np.full((2, outputs, 2, channels), 77, kind)
    clamp = (low // 2, -low // 2)
    settings = Words(stride, stride, padding, padding, *clamp)
    # n and c of filter and output are not read.
    dims = Words(*x.shape), x, Words(99, window, window, 99), Words(99, outputs, 2, 99), output
    rows = [range(max(i * stride - padding, 0), i * stride - padding + window) for i in range(5)]
    at = [[i for i in each if i < height] for each in rows[:outputs]]
    across = [[i for i in each if i < width] for each in rows[:2]]
    name = f"arm_{'avgpool' if mean else 'max_pool'}_s{bits}"
    status = arm(name, NO_SCRATCH, settings, *dims)
    if not all(map(len, [*at, *across])):
        if mean:
            assert status == ARG_ERROR
            assert (output == 77).all()
        return
    assert status == SUCCESS
    reduce = np.mean if mean else np.max
    windows = [[x[:, ys][:, :, xs] for xs in across] for ys in at]
    values = [[reduce(part.astype(np.float64), axis=(1, 2)) for part in row] for row in windows]
    expected = round_half_away(np.array(values).transpose(2, 0, 1, 3))
    same(output, np.clip(expected, *clamp))


@pytest.mark.parametrize("name", ["arm_avgpool_s8", "arm_max_pool_s8"])
def test_pooling_of_no_image(name: str) -> None:
    output = np.full(1, 77, np.int8)
    window = Words(1, 1, 1, 1)
    settings = Words(1, 1, 0, 0, -128, 127)
    dims = Words(0, 1, 1, 1), np.zeros(1, np.int8), window, window, output
    assert arm(name, NO_SCRATCH, settings, *dims) == ARG_ERROR
    assert output[0] == 77


def softmax(x: np.ndarray, multiplier: int, shift: int, diff_min: int, bits: int) -> np.ndarray:
    """Probabilities in steps of 2^-bits, by gemmlowp's fixed point."""
    difference = x.astype(np.int64) - x.max(axis=1, keepdims=True)
    scaled = doubling_high_multiply(difference << shift, multiplier)
    powers = np.where(difference >= diff_min, exp_on_negative_values(scaled, 5), 0)
    sums = rounding_right_shift(powers, 12).sum(axis=1, keepdims=True)
    scale, over = reciprocal(sums, 12)
    values = rounding_right_shift(doubling_high_multiply(powers, scale), over + 31 - bits)
    return np.where(difference >= diff_min, values, 0)


@settings(max_examples=examples(80))
@given(SEEDS, SIZES, st.integers(1, 40), st.integers(0, 24), st.integers(0, 255))
def test_softmax(seed: int, rows: int, depth: int, shift: int, reach: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(-128, 128, (rows, depth)).astype(np.int8)
    multiplier = int(rng.integers(1 << 30, 1 << 31))
    # The scaled difference has to stay within int32.
    diff_min = -min(reach, (1 << 31 - shift) - 1)
    settings = rows, depth, multiplier, shift, diff_min
    wide = np.zeros((rows, depth), np.int16)
    arm("arm_softmax_s8_s16", x, *settings, wide)
    expected = softmax(x, multiplier, shift, diff_min, 16)
    same(wide, np.clip(expected - 32768, -32768, 32767))
    narrow, unsigned = np.zeros((rows, depth), np.int8), np.zeros((rows, depth), np.uint8)
    arm("arm_softmax_s8", x, *settings, narrow)
    expected = softmax(x, multiplier, shift, diff_min, 8)
    same(narrow, np.clip(expected - 128, -128, 127))
    arm("arm_softmax_u8", (x.astype(int) + 128).astype(np.uint8), *settings, unsigned)
    same(unsigned, np.clip(expected, 0, 255))


@pytest.mark.parametrize(("name", "least"), [("s8", -128), ("u8", 0), ("s8_s16", -32768)])
def test_softmax_in_which_nothing_counts(name: str, least: int) -> None:
    kind = {"s8": np.int8, "u8": np.uint8, "s8_s16": np.int16}[name]
    output = np.ones((2, 3), kind)
    arm(f"arm_softmax_{name}", np.ones((2, 3), kind), 2, 3, 1 << 30, 20, 2**31 - 1, output)
    same(output, np.full((2, 3), least))


def test_softmax_that_fills_the_sum() -> None:
    """From 4,096 equal values on, all have the same probability still."""
    x, output = np.zeros(5000, np.int8), np.zeros(5000, np.int16)
    arm("arm_softmax_s8_s16", x, 1, 5000, 1 << 30, 20, -128, output)
    assert len(np.unique(output)) == 1
    assert abs(int(output[0]) + 32768 - 65536 / 4096) <= 1


def test_softmax_without_tables() -> None:
    table = np.zeros(513, np.int16)
    output = np.full(2, 77, np.int16)
    for tables in (Words(None, table), Words(table, None)):
        settings = 1, 2, 1 << 30, 0, tables
        assert arm("arm_softmax_s16", np.zeros(2, np.int16), *settings, output) == ARG_ERROR
    assert (output == 77).all()


@pytest.mark.parametrize("form", ["arm_transpose_conv_s8", "arm_transpose_conv_wrapper_s8"])
@settings(max_examples=examples(60))
@given(SEEDS, *[SIZES] * 2, st.integers(1, 3), *[st.integers(1, 4)] * 4, st.integers(0, 2))
def test_transposed_convolution(
    form: str,
    seed: int,
    height: int,
    width: int,
    depth: int,
    outputs: int,
    window: int,
    stride: int,
    extra: int,
    padding: int,
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(-128, 128, (2, height, width, depth)).astype(np.int8)
    filters = rng.integers(-127, 128, (outputs, window, window + 1, depth)).astype(np.int8)
    bias = rng.integers(-999, 999, outputs).astype(np.int32)
    multipliers = rng.integers(1 << 30, 1 << 31, outputs).astype(np.int32)
    shifts = rng.integers(-10, -6, outputs).astype(np.int32)
    shape = (2, height * stride + extra, width * stride + extra, outputs)
    offset = int(rng.integers(-127, 129))
    # padding_offsets and dilation are not read.
    pairs = [stride, stride, padding, padding, 99, 99, 99, 99]
    settings = Words(offset, 9, *pairs, -110, 120)
    output = np.zeros(shape, np.int8)
    before = NO_SCRATCH, NO_SCRATCH, settings, Words(multipliers, shifts), Words(*x.shape), x
    rest = Words(*filters.shape), filters, ONES, bias, Words(*shape), output
    assert arm(form, *before, *rest) == SUCCESS
    reach = [padding + size + window + stride * 9 for size in shape[1:3]]
    sums = np.zeros((2, *reach, outputs), np.int64)
    taps = np.einsum("nyxi,ohwi->nyxhwo", x.astype(np.int64) + offset, filters.astype(np.int64))
    for y in range(height):
        for z in range(width):
            top, left = y * stride, z * stride
            sums[:, top : top + window, left : left + window + 1] += taps[:, y, z]
    cut = sums[:, padding : padding + shape[1], padding : padding + shape[2]] + bias
    same(output, np.clip(rescaled(cut, multipliers, shifts) + 9, -110, 120))


def test_rows_as_wide_as_a_sum_holds(cases: Path) -> None:
    """Equal values, of rows where 1 / sum no longer fits what a narrow one is kept in."""
    text = (cases / "hostile" / "softmax_wide.c").read_text(encoding="utf-8")
    widths = [int(n) for n in re.findall(r"ns\[\]=\{([\d,]+)\}", text)[0].split(",")]
    called = re.findall(r"arm_softmax_s8\(in,1,ns\[k\],(-?\d+),(-?\d+),(-?\d+),out\)", text)[0]
    for width in widths:
        x, output = np.full(width, 5, np.int8), np.zeros(width, np.int8)
        arm("arm_softmax_s8", x, 1, width, *map(int, called), output)
        # 1 / 511 is over half a step of 1 / 256, 1 / 512 is not.
        assert set(output.tolist()) == {-127 if width < 512 else -128}, width
