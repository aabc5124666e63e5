"""MEAN and SUM of all pixels of an image: sums of words, at any address, past 16 bits."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_cases import activation, model
from kernel_native import Words, call, examples
from oracles import tflm_outputs

from mcuq.interpret.integer import run_integer
from mcuq.lower import LowerOptions, lower
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.mean import MEAN, SUM, MeanAttrs, MeanParams
from mcuq.quantized.op_params import op_params
from mcuq.quantized.qgraph import QuantizedGraph

FILLS = {"any": (-128, 127), "lowest": (-128, -128), "highest": (127, 127), "ends": (-128, -127)}
"""Least and largest value of a pixel: sums of one sign leave 16 bits soonest."""


def image(
    shape: tuple[int, ...], scales: tuple[float, float], zeros: tuple[int, int]
) -> QuantizedGraph:
    source = activation("a", shape, scales[0], zeros[0])
    result = activation("c", (1, 1, 1, shape[3]), scales[1], zeros[1])
    return model(MEAN, MeanAttrs((1, 2), keep_dims=True), [source], result)


def computed(graph: QuantizedGraph, values: np.ndarray, address: int) -> np.ndarray:
    """By the kernel, the input `address` bytes behind a multiple of eight."""
    p = cast(MeanParams, op_params(graph, graph.ops[0]))
    channels = values.shape[3]
    sum_offset = p.input_offset * p.count
    extents = (values.size // channels, channels)
    structure = Words(sum_offset, p.multiplier, p.shift, p.output_offset, *extents)
    memory = np.zeros(values.size + 16, np.int8)
    start = -memory.ctypes.data % 8 + address
    memory[start : start + values.size] = values.ravel()
    output = np.full(channels + 1, 0x55, np.int8)
    call("mcuq_mean_columns_s8", structure, memory[start : start + values.size], output)
    assert output[-1] == 0x55
    return output[:-1]


@settings(max_examples=examples(100))
@given(
    height=st.sampled_from([1, 2, 3, 15, 17, 25, 51]),
    width=st.sampled_from([1, 2, 5, 10, 15, 16]),
    channels=st.integers(1, 21),
    fill=st.sampled_from(list(FILLS)),
    zeros=st.tuples(st.integers(-128, 127), st.integers(-128, 127)),
    finer=st.sampled_from([0.25, 1.0, 3.0, 40.0]),
    address=st.integers(0, 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_kernel_and_evaluation_agree(
    height: int,
    width: int,
    channels: int,
    fill: str,
    zeros: tuple[int, int],
    finer: float,
    address: int,
    seed: int,
) -> None:
    """255 pixels, their multiples and one more are among them."""
    graph = image((1, height, width, channels), (0.1, 0.1 / finer), zeros)
    low, high = FILLS[fill]
    shape = (1, height, width, channels)
    values = np.random.default_rng(seed).integers(low, high, shape, np.int8, endpoint=True)
    expected = run_integer(graph, [values])["c"].ravel()
    np.testing.assert_array_equal(computed(graph, values, address), expected)


@pytest.mark.parametrize("fill", list(FILLS))
@pytest.mark.parametrize("size", [(25, 5), (16, 16), (51, 10)])
def test_tflm_agrees(size: tuple[int, int], fill: str) -> None:
    """255 pixels and more, at a scale of its own and zero points at the ends of int8."""
    shape = (1, *size, 6)
    low, high = FILLS[fill]
    values = np.random.default_rng(5).integers(low, high, shape, np.int8, endpoint=True)
    graph = image(shape, (0.1, 0.037), (-128, 127))
    expected = tflm_outputs(graph, [values])[0].ravel()
    np.testing.assert_array_equal(computed(graph, values, 1), expected)


@pytest.mark.parametrize("kind", [MEAN, SUM])
@pytest.mark.parametrize(
    ("shape", "axes", "bits", "function"),
    [
        ((1, 5, 4, 8), (1, 2), 8, "mcuq_mean_columns_s8"),
        ((1, 5, 1, 3), (1, 2), 8, "mcuq_mean_columns_s8"),
        ((1, 5, 4, 8), (1,), 8, "mcuq_mean_columns_s8"),
        ((1, 6, 8), (1,), 8, "mcuq_mean_columns_s8"),
        ((1, 5, 4, 8), (2,), 8, "mcuq_mean_s8"),
        ((1, 5, 4, 8), (3,), 8, "mcuq_mean_s8"),
        ((1, 5, 4, 8), (1, 3), 8, "mcuq_mean_s8"),
        ((1, 5, 4, 8), (1, 2, 3), 8, "mcuq_mean_s8"),
        ((1, 5, 4, 8), (1, 2), 16, "mcuq_mean_s16"),
    ],
)
def test_columns_are_told_from_other_axes(
    kind: type, shape: tuple[int, ...], axes: tuple[int, ...], bits: int, function: str
) -> None:
    step = np.array([0.5], np.float32)
    kept = tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    source, result = QuantizedTensor("a", shape, bits, step), QuantizedTensor("c", kept, bits, step)
    graph = model(kind, MeanAttrs(axes, keep_dims=True), [source], result)
    (call_,) = lower(graph, LowerOptions()).calls
    assert call_.function == function
