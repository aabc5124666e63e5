"""SOFTMAX where TFLite Micro's integers have no room left, and widened to int16."""

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
from mcuq.numeric import integer_limits
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.attrs import NoAttrs
from mcuq.ops.log_softmax import LOG_SOFTMAX
from mcuq.ops.operator import AnyOperator
from mcuq.ops.softmax import (
    FLAT_CLASSES,
    SOFTMAX,
    WIDENED_UNIT,
    Int16SoftmaxParams,
    SoftmaxAttrs,
    SoftmaxParams,
    flat_rows,
)
from mcuq.quantized.op_params import has_room, op_params
from mcuq.quantized.qgraph import QuantizedGraph


def narrow(depth: int, scale: float) -> QuantizedGraph:
    source = activation("a", (1, depth), scale, 3)
    result = activation("c", (1, depth), 1 / 256, -128)
    return model(SOFTMAX, SoftmaxAttrs(), [source], result)


def tflm(graph: QuantizedGraph, values: np.ndarray) -> np.ndarray:
    return tflm_outputs(graph, [values])[0].reshape(values.shape)


def computed(graph: QuantizedGraph, values: np.ndarray) -> np.ndarray:
    """By the kernel, which must not invoke undefined behaviour (see test_sanitized)."""
    p = cast(SoftmaxParams, op_params(graph, graph.ops[0]))
    output = np.empty_like(values)
    call("mcuq_softmax_s8", values, p.rows, p.depth, p.multiplier, p.shift, p.diff_min, output)
    return output


@settings(max_examples=examples(60))
@given(
    depth=st.sampled_from([500, 511, 512, 513, 700, 1000, 4095, 4096, 5000, 9000]),
    scale=st.sampled_from([1e-4, 0.01, 0.1, 1.0]),
    spread=st.sampled_from([0, 1, 3, 127]),
    seed=st.integers(0, 2**32 - 1),
)
def test_kernel_evaluation_and_tflm_agree(depth: int, scale: float, spread: int, seed: int) -> None:
    graph = narrow(depth, scale)
    rng = np.random.default_rng(seed)
    values = rng.integers(-spread, spread + 1, (1, depth)).astype(np.int8)
    expected = run_integer(graph, [values])["c"]
    np.testing.assert_array_equal(computed(graph, values), expected)
    if not flat_rows(op_params(graph, graph.ops[0]), values[None]).any():
        np.testing.assert_array_equal(tflm(graph, values), expected)


@pytest.mark.parametrize("depth", [FLAT_CLASSES - 1, FLAT_CLASSES])
def test_flat_begins_at_512_equal_values(depth: int) -> None:
    graph = narrow(depth, 0.1)
    values = np.full((1, depth), 5, np.int8)
    flat = depth == FLAT_CLASSES
    assert flat_rows(op_params(graph, graph.ops[0]), values[None]).tolist() == [[flat]]
    # 1 / 511 is over half a step of 1 / 256, 1 / 512 is not.
    assert set(run_integer(graph, [values])["c"].ravel().tolist()) == {-128 if flat else -127}


@pytest.mark.parametrize("depth", [65_538, 65_539, 70_000])
def test_the_wide_sum_stays_at_its_end(depth: int) -> None:
    def wide(name: str, scale: float) -> QuantizedTensor:
        return QuantizedTensor(name, (1, depth), 16, np.array([scale], np.float32))

    tensors = {"a": wide("a", 1e-3), "c": wide("c", 1 / 32768)}
    graph = model(SOFTMAX, SoftmaxAttrs(), [tensors["a"]], tensors["c"])
    values = np.full((1, depth), integer_limits(16)[1], np.int16)
    p = cast(Int16SoftmaxParams, op_params(graph, graph.ops[0]))
    output = np.empty_like(values)
    tables = Words(np.ascontiguousarray(p.exp), np.ascontiguousarray(p.reciprocal))
    call("mcuq_softmax_s16", values, 1, depth, p.multiplier, p.shift, tables, output)
    np.testing.assert_array_equal(output, run_integer(graph, [values])["c"])


@settings(max_examples=examples(60))
@given(
    depth=st.sampled_from([1, 2, 10, 511]),
    scale=st.sampled_from([1e-4, 0.01, 0.1, 1.0, 40.0]),
    spread=st.sampled_from([0, 1, 3, 127]),
    seed=st.integers(0, 2**32 - 1),
)
def test_int8_widened_to_int16(depth: int, scale: float, spread: int, seed: int) -> None:
    source = activation("a", (1, depth), scale, 3)
    result = QuantizedTensor(
        "c", (1, depth), 16, np.array([WIDENED_UNIT.scale]), WIDENED_UNIT.zero_point
    )
    graph = model(SOFTMAX, SoftmaxAttrs(), [source], result)
    rng = np.random.default_rng(seed)
    values = rng.integers(-spread, spread + 1, (1, depth)).astype(np.int8)
    expected = run_integer(graph, [values])["c"]
    p = cast(SoftmaxParams, op_params(graph, graph.ops[0]))
    output = np.empty(values.shape, np.int16)
    call("mcuq_softmax_s8_s16", values, p.rows, p.depth, p.multiplier, p.shift, p.diff_min, output)
    np.testing.assert_array_equal(output, expected)
    np.testing.assert_array_equal(tflm(graph, values), expected)


@pytest.mark.parametrize("kind", [SOFTMAX, LOG_SOFTMAX])
@pytest.mark.parametrize(("steps", "room"), [(1.0, False), (1.01, True)])
def test_a_scale_at_which_tflm_aborts_has_no_room(
    kind: AnyOperator, steps: float, room: bool
) -> None:
    """Its check is that a step of the input is more than one of Q5.26."""
    attrs = SoftmaxAttrs() if kind is SOFTMAX else NoAttrs()
    source = activation("a", (1, 4), steps / (1 << 26), 3)
    grid = kind.scale.prescribed(8)
    assert grid is not None
    result = activation("c", (1, 4), float(grid.scale), grid.zero_point)
    graph = model(kind, attrs, [source], result)
    assert has_room(graph, graph.ops[0]) == room
