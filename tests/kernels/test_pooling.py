"""AVERAGE_POOL_2D, MAX_POOL_2D and MEAN equal TFLite Micro; pooling over its own input."""

from __future__ import annotations

import math
from typing import cast

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_cases import Draw, Int8s, activation, model, oracle
from kernel_native import Words, call

from mcuq.lower.overlap import WindowShape, depthwise_overlap
from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import Padding
from mcuq.ops.pooling import (
    AVERAGE_POOL_2D,
    MAX_POOL_2D,
    MEAN,
    MeanAttrs,
    MeanParams,
    PoolAttrs,
    PoolParams,
)
from mcuq.ops.window import window_axes
from mcuq.quantized.op_params import op_params
from mcuq.quantized.qgraph import QuantizedGraph

FUNCTIONS = {AVERAGE_POOL_2D: "arm_avgpool_s8", MAX_POOL_2D: "arm_max_pool_s8"}


@st.composite
def pools(draw: st.DrawFn) -> tuple[QuantizedGraph, Int8s]:
    kind = draw(st.sampled_from(list(FUNCTIONS)))
    size = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    window = (draw(st.integers(1, size[0])), draw(st.integers(1, size[1])))
    stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    padding = draw(st.sampled_from(list(Padding)))
    attrs = PoolAttrs(window, stride, padding, draw(st.sampled_from(list(Activation))))
    axes = window_axes(attrs, size, window)
    channels = draw(st.integers(1, 6))
    d = Draw(np.random.default_rng(draw(st.integers(0, 2**32 - 1))))
    scale, zero = d.scale(0.02, 0.1), d.zero_point()
    source = activation("a", (1, *size, channels), scale, zero)
    result = activation("c", (1, axes[0].output, axes[1].output, channels), scale, zero)
    return model(kind, attrs, [source], result), d.int8s(source.shape)


def run_pool(graph: QuantizedGraph, values: Int8s, output: Int8s) -> None:
    op = graph.ops[0]
    p = cast(PoolParams, op_params(graph, op))
    pairs = [*p.window.stride[::-1], *p.window.padding[::-1]]
    settings_ = Words(*pairs, p.activation_min, p.activation_max)
    dims = [Words(*graph.tensors[name].shape) for name in ("a", "c")]
    window = Words(1, *p.filter, 1)
    call(FUNCTIONS[op.kind], None, settings_, dims[0], values, window, dims[1], output)


@settings(max_examples=300)
@given(pools())
def test_pool_equals_tflm(case: tuple[QuantizedGraph, Int8s]) -> None:
    graph, values = case
    expected = oracle(graph, [values])
    output = np.zeros(expected.shape, np.int8)
    run_pool(graph, values, output)
    np.testing.assert_array_equal(output, expected)


@settings(max_examples=200)
@given(pools())
def test_pool_over_its_input(case: tuple[QuantizedGraph, Int8s]) -> None:
    graph, values = case
    expected = oracle(graph, [values])
    p = cast(PoolParams, op_params(graph, graph.ops[0]))
    window = (p.filter, p.window.stride, (1, 1), p.window.padding)
    shape = WindowShape(values.shape[1:], expected.shape[1:], *window)  # type: ignore[arg-type]
    lead = expected.size - depthwise_overlap(shape).ascending
    start = max(lead, 0)
    memory = np.full(start + values.size + expected.size + abs(lead), 0x55, np.int8)
    memory[start : start + values.size] = values.ravel()
    output = memory[start - lead : start - lead + expected.size]
    run_pool(graph, memory[start : start + values.size], output)
    np.testing.assert_array_equal(output.reshape(expected.shape), expected)


@settings(max_examples=200)
@given(
    st.lists(st.integers(1, 7), min_size=3, max_size=3),
    st.sets(st.integers(1, 3), min_size=1),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_mean_equals_tflm(sizes: list[int], axes: set[int], keep: bool, seed: int) -> None:
    d = Draw(np.random.default_rng(seed))
    shape = (1, *sizes)
    kept = tuple(s for i, s in enumerate(shape) if i not in axes)
    result = tuple(1 if i in axes else s for i, s in enumerate(shape)) if keep else kept
    source = activation("a", shape, d.scale(0.02, 0.1), d.zero_point())
    target = activation("c", result, d.scale(0.02, 0.1), d.zero_point())
    attrs = MeanAttrs(tuple(sorted(axes)), keep)
    graph = model(MEAN, attrs, [source], target)
    values = d.int8s(shape)
    p = cast(MeanParams, op_params(graph, graph.ops[0]))
    output = np.zeros(result, np.int8)
    view = [(s, math.prod(shape[i + 1 :])) for i, s in enumerate(shape)]
    groups = [[pair for i, pair in enumerate(view) if (i in axes) is r] for r in (False, True)]
    layout: list[int] = []
    for group in groups:
        padded = [(1, 0)] * (6 - len(group)) + group
        layout += [extent for extent, _ in padded] + [stride for _, stride in padded]
    scaling = [p.input_offset * p.count, p.multiplier, p.shift, p.output_offset]
    call("mcuq_mean_s8", Words(*scaling, *layout), values, output)
    np.testing.assert_array_equal(output, oracle(graph, [values]))
