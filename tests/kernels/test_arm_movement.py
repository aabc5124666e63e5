"""CMSIS-NN's functions that move, compare or clamp stored integers: NumPy's results."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from arm_native import ARG_ERROR, NO_SCRATCH, ONES, SUCCESS, arm, same
from arm_reference import rescaled, rescaled64
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_native import Words, examples

SEEDS = st.integers(0, 2**31)
SIZES = st.integers(1, 4)
SHAPES = st.tuples(SIZES, SIZES, SIZES, SIZES)


def drawn(seed: int, *shape: int, kind: type = np.int8) -> np.ndarray:
    info = np.iinfo(kind)
    return np.random.default_rng(seed).integers(info.min, info.max + 1, shape).astype(kind)


@pytest.mark.parametrize("permutation", list(itertools.permutations(range(4))), ids=str)
@settings(max_examples=5)
@given(SHAPES)
def test_transpose(permutation: tuple[int, ...], shape: tuple[int, ...]) -> None:
    _transposed(permutation, shape)


@settings(max_examples=examples(60))
@given(st.integers(1, 3).flatmap(lambda rank: st.permutations(range(rank))), SHAPES)
def test_transpose_of_fewer_dimensions(order: list[int], shape: tuple[int, ...]) -> None:
    _transposed(tuple(order), shape[: len(order)])


def _transposed(order: tuple[int, ...], shape: tuple[int, ...]) -> None:
    x = drawn(sum(shape), *shape)
    expected = x.transpose(order)
    output = np.zeros_like(expected, order="C")
    params = Words(len(order), np.array(order, np.uint32))
    # The first fields hold the dimensions; whatever the others say is not read.
    dims = Words(*shape, *[99] * (4 - len(shape)))
    assert arm("arm_transpose_s8", x, output, dims, ONES, params) == SUCCESS
    same(output, expected)


@pytest.mark.parametrize(
    "order", [[0, 0], [1, 2], [0, 1, 3], [2, 1, 2], [0, 1, 2, 4], [3, 3, 1, 0]]
)
def test_an_order_that_is_none(order: list[int]) -> None:
    x, output = drawn(0, 16), np.full(16, 77, np.int8)
    params = Words(len(order), np.array(order, np.uint32))
    assert arm("arm_transpose_s8", x, output, Words(2, 2, 2, 2), ONES, params) == ARG_ERROR
    for rank in (0, 5):
        params = Words(rank, np.arange(5, dtype=np.uint32))
        assert arm("arm_transpose_s8", x, output, Words(2, 2, 2, 2), ONES, params) == ARG_ERROR
    assert (output == 77).all()


@pytest.mark.parametrize(("letter", "axis"), [("w", 0), ("z", 1), ("y", 2), ("x", 3)])
@settings(max_examples=examples(30))
@given(SHAPES, st.lists(SIZES, min_size=1, max_size=3))
def test_concatenation(letter: str, axis: int, shape: tuple[int, ...], parts: list[int]) -> None:
    """Tensors are [w, z, y, x]."""
    shapes = [(*shape[:axis], part, *shape[axis + 1 :]) for part in parts]
    inputs = [drawn(number, *each) for number, each in enumerate(shapes)]
    expected = np.concatenate(inputs, axis)
    output = np.zeros_like(expected)
    offset = 0
    for values in inputs:
        extents = values.shape[::-1]
        whole = () if letter == "w" else (expected.shape[axis],)
        arm(f"arm_concatenation_s8_{letter}", values, *extents, output, *whole, offset)
        offset += values.shape[axis]
    same(output, expected)


@settings(max_examples=examples(60))
@given(SEEDS, SHAPES, st.lists(st.integers(0, 2), min_size=8, max_size=8), st.integers(-128, 127))
def test_pad(seed: int, shape: tuple[int, ...], amounts: list[int], value: int) -> None:
    x = drawn(seed, *shape)
    before, after = amounts[:4], amounts[4:]
    expected = np.pad(x, list(zip(before, after, strict=True)), constant_values=value)
    output = np.zeros_like(expected)
    dims = Words(*shape), Words(*before), Words(*after)
    assert arm("arm_pad_s8", x, output, value, *dims) == SUCCESS
    same(output, expected)


@settings(max_examples=examples(80))
@given(SEEDS, SHAPES, st.lists(st.sampled_from("abo"), min_size=4, max_size=4), st.booleans())
def test_minimum_and_maximum(
    seed: int, shape: tuple[int, ...], repeated: list[str], larger: bool
) -> None:
    """Any extent of either operand may be 1."""
    left = [1 if who == "a" else size for size, who in zip(shape, repeated, strict=True)]
    right = [1 if who == "b" else size for size, who in zip(shape, repeated, strict=True)]
    a, b = drawn(seed, *left), drawn(seed + 1, *right)
    output = np.zeros(np.broadcast_shapes(a.shape, b.shape), np.int8)
    name = "arm_maximum_s8" if larger else "arm_minimum_s8"
    dims = Words(*output.shape)
    assert arm(name, NO_SCRATCH, a, Words(*left), b, Words(*right), output, dims) == SUCCESS
    same(output, (np.maximum if larger else np.minimum)(a, b))


@given(SEEDS, st.integers(0, 20))
def test_reshape_and_relu(seed: int, count: int) -> None:
    x, output = drawn(seed, count), np.zeros(count, np.int8)
    arm("arm_reshape_s8", x, output, count)
    same(output, x)
    arm("arm_relu6_s8", output, count)
    same(output, np.clip(x, 0, 6))
    bytes_, words = x.copy(), drawn(seed, count, kind=np.int16)
    arm("arm_relu_q7", bytes_, count)
    same(bytes_, np.maximum(x, 0))
    expected = np.maximum(words, 0)
    arm("arm_relu_q15", words, count)
    same(words, expected)


@settings(max_examples=examples(60))
@given(
    SEEDS, *[SIZES] * 3, st.sampled_from(["same", "left", "right"]), st.booleans(), st.booleans()
)
def test_matrix_products(
    seed: int, rows: int, depth: int, columns: int, one: str, inner: bool, wide: bool
) -> None:
    """Batches of either operand may be one for all of the other's."""
    kind = np.int16 if wide else np.int8
    whole = (2, 3)
    single = (2, 1) if inner else (1, 1)
    a_batches, b_batches = single if one == "left" else whole, single if one == "right" else whole
    a = drawn(seed, *a_batches, rows, depth, kind=kind)
    b = drawn(seed + 1, *b_batches, columns, depth, kind=kind)
    output = np.zeros((*whole, rows, columns), kind)
    offsets = (5, -7, 3) if not wide else (0, 0, 0)
    clamp = (-100, 90)
    flags = np.zeros(1, np.int32)  # adj_x and adj_y, a byte each
    multiplier, shift = 1518500250, -22 if wide else -8
    params = Words(int(flags[0]), *offsets, *clamp)
    dims = (Words(*a.shape), a, Words(*b.shape), b, Words(*output.shape), output)
    name = f"arm_batch_matmul_s{16 if wide else 8}"
    assert arm(name, NO_SCRATCH, params, Words(multiplier, shift), *dims) == SUCCESS
    left, right = (x.astype(np.int64) + o for x, o in zip((a, b), offsets, strict=False))
    sums = left @ right.swapaxes(2, 3)
    expected = (rescaled64 if wide else rescaled)(sums, multiplier, shift) + offsets[2]
    same(output, np.clip(expected, *clamp))


@settings(max_examples=examples(60))
@given(SEEDS, SIZES, st.integers(1, 9), st.integers(-127, 128), st.integers(-127, 128))
def test_sums_of_rows(seed: int, rows: int, columns: int, lhs: int, rhs: int) -> None:
    x = drawn(seed, rows, columns)
    bias = np.random.default_rng(seed).integers(-9999, 9999, rows)
    sums = lhs * (x.astype(np.int64) + rhs).sum(axis=1)
    narrow = np.zeros(rows, np.int32)
    shape = columns, rows, x
    assert arm("arm_vector_sum_s8", narrow, *shape, lhs, rhs, bias.astype(np.int32)) == SUCCESS
    same(narrow, sums + bias)
    assert arm("arm_vector_sum_s8", narrow, *shape, lhs, rhs, None) == SUCCESS
    same(narrow, sums)
    wide = bias.astype(np.int64)
    # The bias may be where the sums go.
    assert arm("arm_vector_sum_s8_s64", wide, *shape, lhs, wide) == SUCCESS
    same(wide, lhs * x.astype(np.int64).sum(axis=1) + bias)
