"""CMSIS-NN's functions on int16 activations: mcuq's exact integers."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest
from arm_native import ARG_ERROR, NO_SCRATCH, ONES, SUCCESS, arm, library, same
from arm_reference import activation_s16, rescaled, rescaled64, windows
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_native import Words, examples

from mcuq.ops.int16_tables import sigmoid_table

SIZES = st.integers(1, 4)
SEEDS = st.integers(0, 2**31)
BIASES = ("none", "int32", "int64")


def scales(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    multipliers = rng.integers(1 << 30, 1 << 31, count).astype(np.int32)
    return multipliers, rng.integers(-12, -6, count).astype(np.int32)


def words(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.integers(-32768, 32768, shape).astype(np.int16)


def weights(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.integers(-127, 128, shape).astype(np.int8)


@pytest.mark.parametrize("form", ["arm_convolve_s16", "arm_convolve_wrapper_s16"])
@settings(max_examples=examples(40))
@given(SEEDS, *[SIZES] * 4, st.integers(1, 2), st.integers(0, 2), st.sampled_from(BIASES))
def test_convolution(
    form: str,
    seed: int,
    size: int,
    depth: int,
    outputs: int,
    images: int,
    stride: int,
    padding: int,
    bias: str,
) -> None:
    rng = np.random.default_rng(seed)
    x, filters = words(rng, images, 5, 4, depth), weights(rng, outputs, size, 2, depth)
    shape = (images, 3, 2, outputs)
    multipliers, shifts = scales(rng, outputs)
    own = rng.integers(-(1 << 20), 1 << 20, outputs).astype("int64" if bias == "int64" else "int32")
    settings = Words(0, 0, stride, stride, padding, padding, 1, 1, -30000, 30000)
    # CMSIS-NN does not read the filter's depth.
    dims = Words(*x.shape), x, Words(outputs, size, 2, 99), filters, ONES
    output = np.zeros(shape, np.int16)
    given_bias = None if bias == "none" else Words(own, int(bias == "int32"))
    before = NO_SCRATCH, settings, Words(multipliers, shifts)
    assert arm(form, *before, *dims, given_bias, Words(*shape), output) == SUCCESS
    sums = np.tensordot(
        windows(x, (size, 2), stride, padding, (3, 2)), filters, ((3, 4, 5), (1, 2, 3))
    )
    sums = sums + (0 if bias == "none" else own)
    narrow = bias == "int32"
    expected = (rescaled if narrow else rescaled64)(sums, multipliers, shifts)
    same(output, np.clip(expected, -30000, 30000))


FORMS = ["arm_depthwise_conv_s16", "arm_depthwise_conv_wrapper_s16", "arm_depthwise_conv_fast_s16"]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=examples(40))
@given(SEEDS, *[SIZES] * 3, st.integers(1, 2), st.integers(0, 2))
def test_depthwise_convolution(
    form: str, seed: int, size: int, channels: int, factor: int, stride: int, padding: int
) -> None:
    rng = np.random.default_rng(seed)
    x, filters = words(rng, 2, 5, 4, channels), weights(rng, 1, size, 2, channels * factor)
    shape = (2, 3, 2, channels * factor)
    multipliers, shifts = scales(rng, channels * factor)
    own = rng.integers(-(1 << 30), 1 << 30, channels * factor).astype(np.int64)
    settings = Words(0, 0, factor, stride, stride, padding, padding, 1, 1, -32768, 32767)
    before = NO_SCRATCH, settings, Words(multipliers, shifts), Words(*x.shape), x
    output = np.full(shape, 77, np.int16)
    rest = Words(*filters.shape), filters, ONES, own, Words(*shape), output
    if form == FORMS[-1] and factor > 1:
        assert arm(form, *before, *rest) == ARG_ERROR
        assert (output == 77).all()
        return
    assert arm(form, *before, *rest) == SUCCESS
    taken = windows(np.repeat(x, factor, axis=3), (size, 2), stride, padding, (3, 2))
    sums = (taken * filters[0].astype(np.int64)).sum(axis=(3, 4)) + own
    same(output, np.clip(rescaled64(sums, multipliers, shifts), -32768, 32767))


@settings(max_examples=examples(60))
@given(SEEDS, *[SIZES] * 3, st.booleans())
def test_dense(seed: int, rows: int, depth: int, outputs: int, biased: bool) -> None:
    rng = np.random.default_rng(seed)
    x, filters = words(rng, rows, depth), weights(rng, outputs, depth)
    own = rng.integers(-(1 << 34), 1 << 34, outputs).astype(np.int64)
    (multiplier,), (shift,) = (values.tolist() for values in scales(rng, 1))
    output = np.zeros((rows, outputs), np.int16)
    before = NO_SCRATCH, Words(0, 0, 0, -32768, 32767), Words(multiplier, shift)
    tensors = Words(rows, 1, 1, depth), x, Words(depth, 1, 1, outputs), filters, ONES
    rest = own if biased else None, Words(rows, 1, 1, outputs), output
    assert arm("arm_fully_connected_s16", *before, *tensors, *rest) == SUCCESS
    sums = x.astype(np.int64) @ filters.T.astype(np.int64) + (own if biased else 0)
    same(output, np.clip(rescaled64(sums, multiplier, shift), -32768, 32767))


@settings(max_examples=examples(60))
@given(SEEDS, st.integers(0, 9), st.integers(0, 14))
def test_sums_and_products(seed: int, count: int, left_shift: int) -> None:
    rng = np.random.default_rng(seed)
    a, b, output = words(rng, count), words(rng, count), np.zeros(count, np.int16)
    m, s = (values.tolist() for values in scales(rng, 3))
    clamp = (-20000, 25000)
    # Offsets are not read.
    operands = (9, m[0], s[0], 8, m[1], s[1], left_shift, output, 7, m[2], -1, *clamp, count)
    assert arm("arm_elementwise_add_s16", a, b, *operands) == SUCCESS
    both = [rescaled(x.astype(np.int64) << left_shift, m[i], s[i]) for i, x in enumerate((a, b))]
    same(output, np.clip(rescaled(both[0] + both[1], m[2], -1), *clamp))
    assert (
        arm("arm_elementwise_mul_s16", a, b, 9, 8, output, 7, m[2], s[2], *clamp, count) == SUCCESS
    )
    same(output, np.clip(rescaled(a.astype(np.int64) * b, m[2], s[2]), *clamp))


@pytest.mark.parametrize("tanh", [False, True])
@pytest.mark.parametrize("left_shift", [-15, -3, -1, 0, 1, 3])
def test_activation_of_every_input(left_shift: int, tanh: bool) -> None:
    x = np.arange(-32768, 32768).astype(np.int16)
    output = np.zeros_like(x)
    assert arm("arm_nn_activation_s16", x, output, x.size, left_shift, int(tanh)) == SUCCESS
    same(output, activation_s16(x, left_shift, tanh))
    # The function itself, so that the reference is one, too.
    real = x.astype(np.float64) * 2.0**left_shift / 4096
    exact = np.tanh(real) if tanh else 1 / (1 + np.exp(-real))
    assert np.abs(output / 32768 - exact).max() < 1e-3


def test_its_table_is_the_evaluation_s() -> None:
    stored = (ctypes.c_uint16 * 256).in_dll(library(), "mcuq_sigmoid_table")
    same(np.array(stored), sigmoid_table())
