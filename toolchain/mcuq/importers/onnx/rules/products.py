"""MatMul and Gemm: a dense layer where one matrix is of weights, else a BATCH_MATMUL.

A transpose in front of a BATCH_MATMUL that only turns its matrices is an option of it.
"""

from __future__ import annotations

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import plain, result
from mcuq.importers.onnx.rules.common import NodeRule
from mcuq.importers.onnx.rules.elementwise import one_computed_input, with_rank
from mcuq.importers.onnx.rules.steps import Steps, constant
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.numeric.products import product as multiplied
from mcuq.ops.binary import ADD, MUL
from mcuq.ops.matmul import BATCH_MATMUL, MatmulAttrs
from mcuq.ops.weighted import FULLY_CONNECTED
from mcuq.ops.weighted_params import FullyConnectedAttrs

_MOST_DIMENSIONS = 5


def matching_matrices(node: Node) -> str | None:
    """The rows of a product's first matrix are as long as the columns of its second.

    The model is damaged: export it again.
    """
    a, b = node.value(0).shape, node.value(1).shape
    if not a or not b or max(len(a), len(b)) > _MOST_DIMENSIONS:
        return f"{a} times {b}"
    depth = b[0] if len(b) == 1 else b[-2]
    try:
        np.broadcast_shapes(a[:-2], b[:-2])
    except ValueError:
        return f"{a} times {b}"
    return None if a[-1] == depth else f"{a} times {b}"


def matching_gemm(node: Node) -> str | None:
    """The operands of a Gemm are two matrices that fit, and what broadcasts to their product.

    The model is damaged: export it again.
    """
    if node.value(0).rank != 2 or node.value(1).rank != 2:
        return f"operands of {node.value(0).rank} and {node.value(1).rank} dimensions"
    (rows, depth), (other, columns) = _turned_shape(node, 0), _turned_shape(node, 1)
    if depth != other:
        return f"{node.value(0).shape} times a matrix of {other} rows"
    bias = node.value(2).shape if node.has(2) else ()
    pairs = zip(reversed(bias), (columns, rows), strict=False)
    fits = len(bias) <= 2 and all(n in (1, size) for n, size in pairs)
    return None if fits else f"a bias of shape {bias}"


def product(steps: Steps, a: NodeValue, b: NodeValue, suffix: str = "") -> NodeValue:
    """a × b as NumPy multiplies matrices; at least one is computed, both have two dimensions."""
    if b.data is not None and b.rank == 2:
        filters = steps.constant(np.asarray(b.data).T, f"{suffix}filter")
        return steps.dense(a, filters, None, suffix)
    rank = max(a.rank, b.rank)
    names, turned = [], []
    for value in (with_rank(steps.build, a, rank), with_rank(steps.build, b, rank)):
        name, is_turned = _matrices(steps, value)
        names.append(name)
        turned.append(is_turned)
    name = steps.build.op(BATCH_MATMUL, MatmulAttrs(*turned), names, steps.name(suffix))
    return result(steps.build, name, tuple(range(rank)))


def _matrices(steps: Steps, value: NodeValue) -> tuple[str, bool]:
    """The tensor of an operand, and whether it holds its matrices turned."""
    if value.data is not None:
        return steps.constant(np.asarray(value.data), "matrix"), False
    rank = value.rank
    if value.order == (*range(rank - 2), rank - 1, rank - 2):
        return value.name, True
    return plain(steps.build, value), False


def _turned_shape(node: Node, number: int) -> tuple[int, ...]:
    shape = node.value(number).shape
    return shape[::-1] if node.integer(("transA", "transB")[number], 0) else shape


def _gemm(build: GraphBuilder, node: Node) -> list[NodeValue]:
    weights, bias = node.constant(1), node.constant(2)
    if weights is not None and node.constant(0) is not None:
        return [_constant_product(build, node)]
    columns = _turned_shape(node, 1)[1]
    flat = not node.has(2) or (
        bias is not None and bias.shape in ((), (1,), (1, 1), (columns,), (1, columns))
    )
    if weights is None or node.integer("transA", 0) or not flat:
        return [_spelled_out(build, node)]
    factors = np.asarray(weights, np.float64) * node.number("alpha", 1.0)
    stored = factors if node.integer("transB", 0) else factors.T
    inputs = [plain(build, node.value(0)), build.constant(stored, f"{node.name}/filter")]
    if bias is not None:
        values = np.asarray(bias, np.float64).reshape(-1) * node.number("beta", 1.0)
        each = np.broadcast_to(values, stored.shape[:1])
        inputs.append(build.constant(each, f"{node.name}/bias"))
    name = build.op(FULLY_CONNECTED, FullyConnectedAttrs(), inputs, node.name)
    return [result(build, name, (0, 1))]


def _spelled_out(build: GraphBuilder, node: Node) -> NodeValue:
    """alpha × a × b + beta × c"""
    steps = Steps(build, node)
    turned = [node.integer(name, 0) for name in ("transA", "transB")]
    a, b = (
        steps.transpose(node.value(number), (1, 0)) if turn else node.value(number)
        for number, turn in enumerate(turned)
    )
    y = product(steps, a, b, "product")
    alpha, beta = node.number("alpha", 1.0), node.number("beta", 1.0)
    if alpha != 1:
        y = steps(MUL, y, constant(np.full(1, alpha)), suffix="scaled")
    if not node.has(2):
        return y
    c = node.value(2)
    if beta != 1:
        c = steps(MUL, c, constant(np.full(1, beta)), suffix="bias")
    return steps(ADD, y, c)


def _constant_product(build: GraphBuilder, node: Node) -> NodeValue:
    """A computed bias beside a product that is known: the first step of a recurrent layer."""
    a, b = (
        np.asarray(node.constant(number), np.float64).T
        if node.integer(name, 0)
        else np.asarray(node.constant(number), np.float64)
        for number, name in enumerate(("transA", "transB"))
    )
    steps, beta = Steps(build, node), node.number("beta", 1.0)
    c = node.value(2)
    if beta != 1:
        c = steps(MUL, c, constant(np.full(1, beta)), suffix="bias")
    return steps(ADD, c, constant(node.number("alpha", 1.0) * multiplied(a, b)))


def _matmul(build: GraphBuilder, node: Node) -> list[NodeValue]:
    """One dimension of an operand is a row in front of the product, a column behind it."""
    steps, a, b = Steps(build, node), node.value(0), node.value(1)
    rows, columns = a.rank == 1, b.rank == 1
    if rows:
        a = steps.reshape(a, (1, *a.shape), "row")
    if columns:
        b = steps.reshape(b, (*b.shape, 1), "column")
    y = product(steps, a, b)
    if not rows and not columns:
        return [y]
    kept = y.shape[:-2] + (() if rows else y.shape[-2:-1]) + (() if columns else y.shape[-1:])
    return [steps.reshape(y, kept)]


RULES = {
    "Gemm": NodeRule(_gemm, (one_computed_input, matching_gemm), 2),
    "MatMul": NodeRule(_matmul, (one_computed_input, matching_matrices), 2),
}
