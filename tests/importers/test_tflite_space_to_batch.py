"""Dilation and upsampling as converters write them become the operators they stand for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from as_given import affine
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import run_litert
from tflite_files import File, assert_equals_litert, opts

from mcuq.errors import InputError
from mcuq.importers import load_tflite
from mcuq.interpret.float import run_float
from mcuq.interpret.integer import run_integer
from mcuq.ops.attrs import Padding
from mcuq.ops.binary import ADD
from mcuq.ops.interpolation import ResizeAttrs
from mcuq.ops.movement import CONCATENATION, RESHAPE, TRANSPOSE
from mcuq.ops.resize import RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.weighted import CONV_2D
from mcuq.ops.weighted_params import ConvAttrs, DepthwiseConvAttrs
from mcuq.prequantized.load import load_quantized

RNG = np.random.default_rng(0)


def _spread(
    size: tuple[int, int],
    block: tuple[int, int],
    pads: list[list[int]],
    crops: list[list[int]],
    depthwise: bool = False,
    bias_after: bool = False,
) -> bytes:
    """SPACE_TO_BATCH_ND, a 3×3 VALID convolution, BATCH_TO_SPACE_ND over (1, *size, 2)."""
    file = File()
    x = file.tensor("x", (1, *size, 2))
    parts = math.prod(block)
    inner = tuple((n + sum(p)) // b for n, p, b in zip(size, pads, block, strict=True))
    spread = file.tensor("spread", (parts, *inner, 2))
    blocks = file.constant("block", block)
    file.op("SPACE_TO_BATCH_ND", [x, blocks, file.constant("pads", pads)], spread)
    small = tuple(n - 2 for n in inner)
    result = file.tensor("result", (parts, *small, 2))
    zeros = file.constant("zeros", np.zeros(2), "float32")
    if depthwise:
        weights = file.constant("w", RNG.normal(size=(1, 3, 3, 2)), "float32")
        how = opts("DepthwiseConv2D", padding=1, strideH=1, strideW=1, depthMultiplier=1)
        file.op("DEPTHWISE_CONV_2D", [spread, weights, zeros], result, how)
    else:
        weights = file.constant("w", RNG.normal(size=(2, 3, 3, 2)), "float32")
        how = opts("Conv2D", padding=1, strideH=1, strideW=1)
        file.op("CONV_2D", [spread, weights, zeros], result, how)
    if bias_after:
        biased = file.tensor("biased", (parts, *small, 2))
        bias = file.constant("bias", [0.5, -1.0], "float32")
        result = file.op("ADD", [result, bias], biased, opts("Add", fusedActivationFunction=1))
    out = tuple(n * b - sum(c) for n, b, c in zip(small, block, crops, strict=True))
    y = file.tensor("y", (1, *out, 2))
    file.op("BATCH_TO_SPACE_ND", [result, blocks, file.constant("crops", crops)], y)
    return file.content([x], [y])


NONE = [[0, 0], [0, 0]]


@pytest.mark.parametrize("depthwise", [False, True])
def test_same_padding_without_crops_is_one_convolution(depthwise: bool) -> None:
    graph = assert_equals_litert(_spread((8, 8), (2, 2), [[2, 2], [2, 2]], NONE, depthwise))
    assert len(graph.ops) == 1
    attrs = graph.ops[0].attrs
    assert isinstance(attrs, ConvAttrs | DepthwiseConvAttrs)
    assert (attrs.dilation, attrs.padding) == ((2, 2), Padding.SAME)


@pytest.mark.parametrize(
    "size, block, pads, crops",
    [
        ((9, 8), (2, 3), [[2, 3], [3, 4]], [[0, 1], [0, 1]]),
        ((7, 9), (2, 2), [[2, 3], [2, 3]], [[0, 1], [0, 1]]),
        ((9, 9), (2, 2), [[0, 1], [0, 1]], [[0, 1], [0, 1]]),
        ((9, 9), (2, 2), [[1, 0], [1, 0]], [[1, 0], [1, 0]]),
        ((8, 8), (2, 1), [[2, 2], [1, 1]], NONE),
    ],
)
def test_padding_and_crops(
    size: tuple[int, int],
    block: tuple[int, int],
    pads: list[list[int]],
    crops: list[list[int]],
) -> None:
    graph = assert_equals_litert(_spread(size, block, pads, crops))
    assert CONV_2D in {op.kind for op in graph.ops}


def test_bias_and_activation_inside_the_region() -> None:
    pads = [[2, 2], [2, 2]]
    graph = assert_equals_litert(_spread((8, 8), (2, 2), pads, NONE, bias_after=True))
    assert [op.kind for op in graph.ops] == [CONV_2D, ADD]


def test_one_dimensional_convolution() -> None:
    file = File()
    x = file.tensor("x", (1, 10, 2))
    blocks = file.constant("block", [2])
    spread = file.tensor("spread", (2, 7, 2))
    file.op("SPACE_TO_BATCH_ND", [x, blocks, file.constant("pads", [[2, 2]])], spread)
    image = file.tensor("image", (2, 1, 7, 2))
    file.op("EXPAND_DIMS", [spread, file.constant("axis", -3)], image)
    weights = file.constant("w", RNG.normal(size=(4, 1, 3, 2)), "float32")
    bias = file.constant("b", np.ones(4), "float32")
    result = file.tensor("result", (2, 1, 5, 4))
    how = opts("Conv2D", padding=1, strideH=1, strideW=1)
    file.op("CONV_2D", [image, weights, bias], result, how)
    line = file.tensor("line", (2, 5, 4))
    file.op("RESHAPE", [result, file.constant("target", [-1, 5, 4])], line)
    y = file.tensor("y", (1, 10, 4))
    file.op("BATCH_TO_SPACE_ND", [line, blocks, file.constant("crops", [[0, 0]])], y)
    graph = assert_equals_litert(file.content([x], [y]))
    attrs = next(op.attrs for op in graph.ops if op.kind is CONV_2D)
    assert isinstance(attrs, ConvAttrs) and attrs.dilation == (1, 2)


def _small(kind: str, shape: tuple[int, ...], target: tuple[int, ...], edges: Any) -> bytes:
    """SPACE_TO_BATCH_ND or back, in blocks of 2 × 2, with a SOFTMAX behind it."""
    file = File()
    x = file.tensor("x", (1, *shape[1:]))
    source = x
    if shape[0] > 1:
        source = file.tensor("wide", shape)
        count = file.constant("count", shape)
        file.op("BROADCAST_TO", [x, count], source, opts("BroadcastTo"))
    spread = file.tensor("spread", target)
    operands = [source, file.constant("block", [2, 2]), file.constant("edges", edges)]
    file.op(
        kind, operands, spread, opts("SpaceToBatchND" if "SPACE_TO" in kind else "BatchToSpaceND")
    )
    y = file.tensor("y", target)
    file.op("SOFTMAX", [spread], y, opts("Softmax", beta=1.0))
    return file.content([x], [y])


@pytest.mark.parametrize("edges", [NONE, [[1, 1], [0, 2]]])
def test_a_spread_for_something_else_moves_values(edges: list[list[int]]) -> None:
    height, width = (4 + sum(pair) for pair in edges)
    target = (4, height // 2, width // 2, 2)
    graph = assert_equals_litert(_small("SPACE_TO_BATCH_ND", (1, 4, 4, 2), target, edges))
    assert TRANSPOSE in {op.kind for op in graph.ops}


@pytest.mark.parametrize("edges", [NONE, [[1, 0], [0, 2]]])
@pytest.mark.parametrize("batch", [4, 8])
def test_parts_of_a_batch_are_put_together(batch: int, edges: list[list[int]]) -> None:
    height, width = (6 - sum(pair) for pair in edges)
    target = (batch // 4, height, width, 2)
    content = _small("BATCH_TO_SPACE_ND", (batch, 3, 3, 2), target, edges)
    graph = load_tflite(content)
    x = RNG.normal(size=(1, 3, 3, 2)).astype(np.float32)
    (expected,) = run_litert(content, [x])[0]
    actual = run_float(graph, [x])[graph.outputs[0]]
    np.testing.assert_allclose(actual.reshape(expected.shape), expected, rtol=1e-5, atol=1e-6)


def test_one_region_is_a_convolution_beside_another_that_is_not() -> None:
    file = File()
    x = file.tensor("x", (1, 8, 8, 2))
    blocks, none = file.constant("block", [2, 2]), file.constant("none", NONE)
    spread = file.tensor("spread", (4, 4, 4, 2))
    file.op("SPACE_TO_BATCH_ND", [x, blocks, none], spread, opts("SpaceToBatchND"))
    weights = file.constant("w", RNG.normal(size=(2, 3, 3, 2)), "float32")
    zeros = file.constant("zeros", np.zeros(2), "float32")
    small = file.tensor("small", (4, 2, 2, 2))
    how = opts("Conv2D", padding=1, strideH=1, strideW=1)
    file.op("CONV_2D", [spread, weights, zeros], small, how)
    dilated = file.tensor("dilated", (1, 4, 4, 2))
    file.op("BATCH_TO_SPACE_ND", [small, blocks, none], dilated, opts("BatchToSpaceND"))
    again = file.tensor("again", (4, 2, 2, 2))
    file.op("SPACE_TO_BATCH_ND", [dilated, blocks, none], again, opts("SpaceToBatchND"))
    shares = file.tensor("shares", (4, 2, 2, 2))
    file.op("SOFTMAX", [again], shares, opts("Softmax", beta=1.0))
    y = file.tensor("y", (1, 4, 4, 2))
    file.op("BATCH_TO_SPACE_ND", [shares, blocks, none], y, opts("BatchToSpaceND"))
    graph = assert_equals_litert(file.content([x], [y]))
    attrs = next(op.attrs for op in graph.ops if op.kind is CONV_2D)
    assert isinstance(attrs, ConvAttrs) and attrs.dilation == (2, 2)


def test_edges_that_micro_does_not_make_zeros_are_refused() -> None:
    file, quantized = File(), affine(0.1, 3)
    x = file.tensor("x", (1, 4, 4, 2), "int8", **quantized)
    spread = file.tensor("spread", (4, 3, 2, 2), "int8", **quantized)
    operands = [x, file.constant("block", [2, 2]), file.constant("pads", [[1, 1], [0, 0]])]
    file.op("SPACE_TO_BATCH_ND", operands, spread, opts("SpaceToBatchND"))
    with pytest.raises(InputError, match="pads with from memory that it never sets"):
        load_quantized(file.content([x], [spread]))


@pytest.mark.parametrize("factors", [(2, 2), (3, 1), (1, 2)])
def test_tiled_upsampling_is_one_resize(factors: tuple[int, int]) -> None:
    """EXPAND_DIMS, TILE, RESHAPE along height, then along width."""
    file = File()
    x = current = file.tensor("x", (1, 3, 4, 2))
    shape = (1, 3, 4, 2)
    for axis, factor in zip((1, 2), factors, strict=True):
        wide = (*shape[: axis + 1], 1, *shape[axis + 1 :])
        expanded = file.tensor(f"expanded{axis}", wide)
        file.op("EXPAND_DIMS", [current, file.constant(f"axis{axis}", axis + 1)], expanded)
        counts = [factor if i == axis + 1 else 1 for i in range(5)]
        tiled = file.tensor(f"tiled{axis}", tuple(a * b for a, b in zip(wide, counts, strict=True)))
        if factor > 1:
            file.op("TILE", [expanded, file.constant(f"counts{axis}", counts)], tiled)
        else:
            tiled = expanded
        shape = tuple(n * factor if i == axis else n for i, n in enumerate(shape))
        current = file.tensor(f"joined{axis}", shape)
        file.op("RESHAPE", [tiled, file.constant(f"target{axis}", shape)], current)
    y = file.op("RELU", [current], file.tensor("y", shape))
    graph = assert_equals_litert(file.content([x], [y]))
    resized = [op for op in graph.ops if op.kind is RESIZE_NEAREST_NEIGHBOR]
    assert [op.attrs for op in resized] == [ResizeAttrs((3 * factors[0], 4 * factors[1]))]
    assert CONCATENATION not in {op.kind for op in graph.ops}


@given(
    shape=st.lists(st.integers(1, 3), min_size=1, max_size=4),
    counts=st.lists(st.integers(1, 12), min_size=4, max_size=4),
)
@settings(max_examples=40)
def test_other_tiles_are_concatenations(shape: list[int], counts: list[int]) -> None:
    counts = [1, *counts[: len(shape)]]
    shape = [1, *shape]
    file = File()
    x = file.tensor("x", tuple(shape))
    y = file.tensor("y", tuple(a * b for a, b in zip(shape, counts, strict=True)))
    file.op("TILE", [x, file.constant("counts", counts)], y)
    graph = assert_equals_litert(file.content([x], [y]))
    kinds = {op.kind for op in graph.ops}
    repeats = [n for n in counts if n > 1]
    if not repeats:
        assert kinds == {RESHAPE}
    elif RESIZE_NEAREST_NEIGHBOR not in kinds:
        assert kinds == {CONCATENATION}
        assert len([op for op in graph.ops if op.kind is CONCATENATION]) >= len(repeats)


def test_a_tile_of_integers_keeps_them_as_they_are() -> None:
    file = File()
    affine = {"scale": np.array([0.1], np.float32), "zero_point": np.array([3])}
    x = file.tensor("x", (1, 2, 3), "int8", **affine)
    y = file.tensor("y", (1, 4, 9), "int8", **affine)
    content = file.content([x], [file.op("TILE", [x, file.constant("counts", [1, 2, 3])], y)])
    values = np.random.default_rng(0).integers(-128, 128, (5, 2, 3)).astype(np.int8)
    found = run_integer(load_quantized(content), [values])["y"]
    np.testing.assert_array_equal(found, np.tile(values, (1, 2, 3)))
