"""A layer as matrices gives what the float model computes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from graphs import GraphBuilder, Ranges

from mcuq.graph import Graph
from mcuq.interpret.float import run_float
from mcuq.ops.attrs import Attrs, Padding
from mcuq.ops.operator import AnyOperator
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV
from mcuq.ops.weighted_params import (
    ConvAttrs,
    DepthwiseConvAttrs,
    FullyConnectedAttrs,
    TransposeConvAttrs,
)
from mcuq.ptq.candidates.layer import LayerShape
from mcuq.ptq.candidates.moments import _Grid, _patches, measure
from mcuq.quantize import quantize

CASES: dict[str, tuple[AnyOperator, Attrs, tuple[int, ...], tuple[int, ...], tuple[int, ...]]] = {
    "conv": (
        CONV_2D,
        ConvAttrs((2, 1), padding=Padding.SAME),
        (1, 7, 6, 3),
        (4, 3, 2, 3),
        (1, 4, 6, 4),
    ),
    "grouped": (CONV_2D, ConvAttrs(), (1, 5, 5, 4), (6, 3, 3, 2), (1, 3, 3, 6)),
    "depthwise": (
        DEPTHWISE_CONV_2D,
        DepthwiseConvAttrs((1, 1), (2, 1), Padding.SAME, 2),
        (1, 6, 5, 3),
        (1, 3, 3, 6),
        (1, 6, 5, 6),
    ),
    "transposed": (
        TRANSPOSE_CONV,
        TransposeConvAttrs((1, 7, 5, 4), (2, 1), Padding.SAME),
        (1, 4, 5, 3),
        (4, 3, 2, 3),
        (1, 7, 5, 4),
    ),
    "dense": (FULLY_CONNECTED, FullyConnectedAttrs(), (1, 8), (3, 8), (1, 3)),
}


def build(name: str) -> tuple[Graph, npt.NDArray[np.float32]]:
    kind, attrs, source, weight, result = CASES[name]
    rng = np.random.default_rng(1)
    b = GraphBuilder()
    x = b.input("x", *source)
    w = b.constant("w", rng.normal(size=weight))
    y = b.op(kind, "y", [x, w], *result, attrs=attrs)
    return b.graph(y), rng.normal(size=(5, *source[1:])).astype(np.float32)


@pytest.mark.parametrize("name", CASES)
def test_matrices_times_patches_are_the_outputs(name: str) -> None:
    graph, x = build(name)
    qgraph = quantize(graph, Ranges())
    layer = LayerShape.of(qgraph, qgraph.ops[0])
    weight = graph.tensors["w"].data
    assert weight is not None
    matrix = layer.matrix(weight)
    np.testing.assert_array_equal(layer.filter(matrix), weight)
    products = layer.patches(x) @ matrix.transpose(0, 2, 1)
    outputs = products.transpose(1, 0, 2).reshape(len(x), *graph.tensors["y"].shape[1:])
    np.testing.assert_allclose(outputs, run_float(graph, [x])["y"], atol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_moments_are_those_of_all_patches(name: str) -> None:
    graph, x = build(name)
    qgraph = quantize(graph, Ranges())
    layer = LayerShape.of(qgraph, qgraph.ops[0])
    seen = np.round(x, 1)
    moments = measure(layer, x, seen)
    real, rounded = layer.patches(x), layer.patches(seen)
    cross = np.einsum("gni,gnj->gij", real, rounded) / real.shape[1]
    np.testing.assert_allclose(moments.cross, cross, rtol=1e-4, atol=1e-5)
    centred = moments.centred().gram
    expected = np.stack([np.cov(part.T, bias=True).reshape(part.shape[1], -1) for part in rounded])
    np.testing.assert_allclose(centred, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_patches_put_together_are_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, x = build(name)
    qgraph = quantize(graph, Ranges())
    layer = LayerShape.of(qgraph, qgraph.ops[0])
    monkeypatch.setattr("mcuq.ptq.candidates.moments._BLOCK", 2 * 4 * x[0].size)
    grid = _Grid.of(x, 20)
    together = layer.patches(grid.numbers(x[1:5]))
    np.testing.assert_array_equal(_patches(layer, x, slice(1, 5), grid), together)
