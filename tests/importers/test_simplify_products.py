"""Products with constant matrices become layers."""

from __future__ import annotations

import numpy as np
import pytest

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.simplify import simplify
from mcuq.interpret.float import run_float
from mcuq.ops.binary import ADD, BinaryAttrs
from mcuq.ops.matmul import BATCH_MATMUL, MatmulAttrs
from mcuq.ops.weighted import FULLY_CONNECTED


@pytest.mark.parametrize("leading", [(), (1,), (1, 1)])
@pytest.mark.parametrize("adj_y", [False, True])
def test_a_constant_matrix_is_a_filter_with_its_bias(adj_y: bool, leading: tuple[int, ...]) -> None:
    rng = np.random.default_rng(1)
    build = GraphBuilder()
    x = build.input((1, 2, 3, 4), "x")
    matrix = rng.normal(size=(*leading, *((5, 4) if adj_y else (4, 5))))
    operands = [x, build.constant(matrix, "w")]
    product = build.op(BATCH_MATMUL, MatmulAttrs(adj_y=adj_y), operands, "product")
    bias = build.constant(rng.normal(size=5), "b")
    y = build.op(ADD, BinaryAttrs(), [product, bias], "y")
    graph = build.graph("main", (y,))
    simple = simplify(graph)
    assert [op.kind for op in simple.ops] == [FULLY_CONNECTED]
    values = rng.normal(size=(3, 2, 3, 4)).astype(np.float32)
    expected, actual = run_float(graph, [values])["y"], run_float(simple, [values])["y"]
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("matrix", "attrs"),
    [
        ((2, 4, 5), MatmulAttrs()),
        ((3, 5), MatmulAttrs(adj_x=True)),
        ((1, 1, 1, 4, 5), MatmulAttrs()),
    ],
)
def test_other_products_stay(matrix: tuple[int, ...], attrs: MatmulAttrs) -> None:
    build = GraphBuilder()
    x = build.input((1, 2, 3, 4), "x")
    constant = build.constant(np.ones(matrix), "w")
    y = build.op(BATCH_MATMUL, attrs, [x, constant], "y")
    simple = simplify(build.graph("main", (y,)))
    assert [op.kind for op in simple.ops] == [BATCH_MATMUL]
