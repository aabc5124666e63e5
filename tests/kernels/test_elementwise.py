"""ADD, SUB, MUL, look-up tables and SOFTMAX equal TFLite Micro."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_cases import Draw, Int8s, activation, model, oracle
from kernel_native import Words, call

from mcuq.numeric.activation import Activation
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.binary import ADD, MUL, SUB, AddParams, BinaryAttrs, MulParams
from mcuq.ops.operator import AnyOperator
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs, SoftmaxParams
from mcuq.ops.unary import (
    HARD_SWISH,
    LEAKY_RELU,
    LOGISTIC,
    RELU,
    RELU6,
    TANH,
    LeakyReluAttrs,
    LookupParams,
)
from mcuq.quantized.op_params import op_params
from mcuq.quantized.qgraph import QuantizedGraph

BINARY = (ADD, SUB, MUL)
SHAPES = [
    ((1, 3, 4, 5), (1, 3, 4, 5)),
    ((1, 3, 4, 5), (1, 1, 1, 5)),
    ((1, 3, 4, 5), (1, 3, 4, 1)),
    ((1, 1, 4, 1), (1, 3, 4, 5)),
    ((1, 17), (1, 17)),
    ((1, 4, 1), (1, 1, 6)),
]


@st.composite
def binaries(draw: st.DrawFn, shapes: list[tuple[tuple[int, ...], ...]]) -> QuantizedGraph:
    kind = draw(st.sampled_from(BINARY))
    first, second = draw(st.sampled_from(shapes))
    attrs = BinaryAttrs(draw(st.sampled_from(list(Activation))))
    d = Draw(np.random.default_rng(draw(st.integers(0, 2**32 - 1))))
    scales = [d.scale(0.01, 0.2), d.scale(0.01, 0.2)]
    if draw(st.integers(0, 4)) == 0:
        scales[1] = scales[0]
    result = d.scale(0.3, 3) * (max(scales) if kind is not MUL else 40 * np.prod(scales))
    output = np.broadcast_shapes(first, second)
    tensors = [
        activation("a", first, scales[0], d.zero_point()),
        activation("b", second, scales[1], d.zero_point()),
    ]
    return model(kind, attrs, tensors, activation("c", output, float(result), d.zero_point()))


def values(graph: QuantizedGraph) -> list[Int8s]:
    d = Draw(np.random.default_rng(len(graph.tensors["c"].shape)))
    return [d.int8s(graph.tensors[name].shape) for name in graph.inputs]


def strides(shape: tuple[int, ...], output: tuple[int, ...]) -> list[int]:
    """Element strides over six dimensions, 0 where the operand is broadcast."""
    view = np.broadcast_to(np.zeros(shape, np.int8), output)
    return [0] * (6 - len(output)) + list(view.strides)


def run_broadcast(graph: QuantizedGraph, inputs: list[Int8s]) -> Int8s:
    op = graph.ops[0]
    p = op_params(graph, op)
    shape = graph.tensors["c"].shape
    if isinstance(p, AddParams):
        first = [p.input1_offset, p.input1_multiplier, p.input1_shift]
        second = [p.input2_offset, p.input2_multiplier, p.input2_shift]
        left = p.left_shift
    else:
        p = cast(MulParams, p)
        first, second, left = [p.input1_offset, 0, 0], [p.input2_offset, 0, 0], 0
    scaling = [p.output_offset, p.output_multiplier, p.output_shift]
    clamp = [p.activation_min, p.activation_max]
    dims = [1] * (6 - len(shape)) + list(shape)
    layout = [*dims, *strides(inputs[0].shape, shape), *strides(inputs[1].shape, shape)]
    output = np.zeros(shape, np.int8)
    structure = Words(*first, *second, left, *scaling, *clamp, *layout)
    call(f"mcuq_{op.kind.name.lower()}_s8", structure, *inputs, output)
    return output


@settings(max_examples=300)
@given(binaries(SHAPES))
def test_broadcasting_equals_tflm(graph: QuantizedGraph) -> None:
    inputs = values(graph)
    np.testing.assert_array_equal(run_broadcast(graph, inputs), oracle(graph, inputs))


@settings(max_examples=300)
@given(binaries(SHAPES[:1]), st.sampled_from(["apart", "over a", "over b"]))
def test_equal_shapes_through_cmsis(graph: QuantizedGraph, where: str) -> None:
    op = graph.ops[0]
    inputs = values(graph)
    expected = oracle(graph, inputs)
    p = op_params(graph, op)
    output = {"over a": inputs[0], "over b": inputs[1]}.get(where, np.zeros_like(expected))
    size = output.size
    if isinstance(p, MulParams):
        tail = [p.output_offset, p.output_multiplier, p.output_shift]
        clamp = [p.activation_min, p.activation_max]
        offsets = (p.input1_offset, p.input2_offset)
        call("arm_elementwise_mul_s8", *inputs, *offsets, output, *tail, *clamp, size)
    elif op.kind is ADD:
        p = cast(AddParams, p)
        first = [p.input1_offset, p.input1_multiplier, p.input1_shift]
        second = [p.input2_offset, p.input2_multiplier, p.input2_shift]
        tail = [p.output_offset, p.output_multiplier, p.output_shift]
        clamp = [p.activation_min, p.activation_max, size]
        operands = (*inputs, *first, *second, p.left_shift)
        call("arm_elementwise_add_s8", *operands, output, *tail, *clamp)
    else:
        return
    np.testing.assert_array_equal(output, expected)


@pytest.mark.parametrize(
    ("kind", "attrs", "scale", "zero"),
    [
        (RELU, NoAttrs(), 0.05, -128),
        (RELU6, NoAttrs(), 0.02, -100),
        (LEAKY_RELU, LeakyReluAttrs(0.1), 0.07, 5),
        (LOGISTIC, NoAttrs(), 1 / 256, -128),
        (TANH, NoAttrs(), 1 / 128, 0),
        (HARD_SWISH, NoAttrs(), 0.04, -120),
    ],
)
def test_lookup_equals_tflm(kind: AnyOperator, attrs: object, scale: float, zero: int) -> None:
    source = activation("a", (1, 256), 0.06, 3)
    graph = model(kind, attrs, [source], activation("c", (1, 256), scale, zero))  # type: ignore[arg-type]
    table = cast(LookupParams, op_params(graph, graph.ops[0])).table
    values = np.arange(-128, 128).astype(np.int8).reshape(1, 256)
    expected = oracle(graph, [values])
    call("mcuq_lut_s8", values, np.ascontiguousarray(table), values, 256)
    np.testing.assert_array_equal(values, expected)


@settings(max_examples=200)
@given(
    st.integers(1, 3),
    st.integers(1, 30),
    st.sampled_from([0.02, 0.1, 0.3, 1.0]),
    st.integers(0, 2**32 - 1),
)
def test_softmax_equals_tflm(rows: int, depth: int, scale: float, seed: int) -> None:
    d = Draw(np.random.default_rng(seed))
    tensors = activation("a", (rows, depth), scale, d.zero_point())
    result = activation("c", (rows, depth), 1 / 256, -128)
    graph = model(SOFTMAX, SoftmaxAttrs(), [tensors], result)
    values = d.int8s((rows, depth))
    expected = oracle(graph, [values])
    p = cast(SoftmaxParams, op_params(graph, graph.ops[0]))
    arguments = (p.rows, p.depth, p.multiplier, p.shift, p.diff_min)
    call("arm_softmax_s8", values, *arguments, values)
    np.testing.assert_array_equal(values, expected)
