"""Kernels that only move bytes equal NumPy."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_native import Words, call

SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=5).map(tuple)
SEEDS = st.integers(0, 2**32 - 1)


def padded(values: tuple[int, ...], fill: int) -> list[int]:
    return [fill] * (6 - len(values)) + list(values)


def random(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(-128, 128, shape, np.int8)


def layout(source: np.ndarray, target: np.ndarray, base: np.ndarray, result: np.ndarray) -> list:
    """mcuq_layout of a copy from the view `source` of `base` to the view `target` of `result`."""
    start = source.ctypes.data - base.ctypes.data, target.ctypes.data - result.ctypes.data
    strides = padded(source.strides, 0), padded(target.strides, 0)
    return [*padded(source.shape, 1), *strides[0], *strides[1], *start]


@settings(max_examples=100)
@given(SIZES, SEEDS)
def test_transpose(shape: tuple[int, ...], seed: int) -> None:
    values = random(shape, seed)
    order = np.random.default_rng(seed).permutation(len(shape))
    expected = np.ascontiguousarray(values.transpose(order))
    output = np.zeros_like(expected)
    call(
        "mcuq_copy_s8",
        Words(*layout(values.transpose(order), output, values, output)),
        values,
        output,
    )
    np.testing.assert_array_equal(output, expected)


@settings(max_examples=100)
@given(st.lists(st.integers(3, 6), min_size=1, max_size=4).map(tuple), SEEDS)
def test_strided_slice(shape: tuple[int, ...], seed: int) -> None:
    values = random(shape, seed)
    rng = np.random.default_rng(seed)
    cuts = [slice(1, None, 2), slice(None, None, -1), slice(0, 2), slice(None)]
    view = values[tuple(cuts[rng.integers(0, 4)] for _ in shape)]
    output = np.zeros(view.shape, np.int8)
    call("mcuq_copy_s8", Words(*layout(view, output, values, output)), values, output)
    np.testing.assert_array_equal(output, view)


@settings(max_examples=100)
@given(SIZES, st.integers(1, 5), SEEDS)
def test_concatenation(shape: tuple[int, ...], other: int, seed: int) -> None:
    axis = seed % len(shape)
    first = random(shape, seed)
    second = random((*shape[:axis], other, *shape[axis + 1 :]), seed + 1)
    expected = np.concatenate([first, second], axis)
    output = np.zeros_like(expected)
    parts = np.split(output, [shape[axis]], axis)
    for values, part in zip((first, second), parts, strict=True):
        call("mcuq_copy_s8", Words(*layout(values, part, values, output)), values, output)
    np.testing.assert_array_equal(output, expected)


@settings(max_examples=100)
@given(SIZES, SEEDS, st.integers(-128, 127))
def test_pad(shape: tuple[int, ...], seed: int, value: int) -> None:
    values = random(shape, seed)
    rng = np.random.default_rng(seed)
    amounts = rng.integers(0, 3, (len(shape), 2))
    expected = np.pad(values, amounts, constant_values=value)
    output = np.zeros_like(expected)
    inner = output[tuple(slice(a, a + s) for (a, _), s in zip(amounts, shape, strict=True))]
    structure = Words(*layout(values, inner, values, output), output.size, value)
    call("mcuq_pad_s8", structure, values, output)
    np.testing.assert_array_equal(output, expected)


@settings(max_examples=50)
@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 9), st.integers(1, 9), SEEDS)
def test_resize_nearest(height: int, width: int, rows: int, columns: int, seed: int) -> None:
    values = random((height, width, 3), seed)
    row = (np.arange(rows) * height // rows).astype(np.uint16)
    column = (np.arange(columns) * width // columns).astype(np.uint16)
    output = np.zeros((rows, columns, 3), np.int8)
    call("mcuq_resize_nearest_s8", Words(width, rows, columns, 3, row, column), values, output)
    np.testing.assert_array_equal(output, values[row][:, column])
