"""Attention: softmax(scale × Q Kᵀ + mask) × V, one softmax a head and row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import plain, result
from mcuq.importers.onnx.masks import hidden
from mcuq.importers.onnx.rules.common import NodeRule
from mcuq.importers.onnx.rules.elementwise import one_computed_input
from mcuq.importers.onnx.rules.products import product
from mcuq.importers.onnx.rules.steps import Steps, constant
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.ops.binary import ADD, MUL
from mcuq.ops.softmax import SOFTMAX, SoftmaxAttrs

Array = npt.NDArray[Any]

_MASK = 3


def plain_attention(node: Node) -> str | None:
    """An Attention is over the whole sequence, without a cache, one key head a query head.

    Export the model without past keys and values, and repeat shared heads before the layer.
    """
    extra = [name for name in node.outputs[1:] if name]
    if any(node.has(number) for number in (4, 5, 6)) or extra:
        return "it has past keys, lengths or further outputs"
    if node.number("softcap", 0.0) or node.integer("qk_matmul_output_mode", 0):
        return "its scores are capped, or given out"
    shapes = [node.value(number).shape for number in range(3)]
    if len({len(shape) for shape in shapes}) != 1 or len(shapes[0]) not in (3, 4):
        return f"{shapes}"
    heads = [_heads(node, number) for number in range(3)]
    mask = node.constant(_MASK)
    if node.has(_MASK) and mask is None:
        return "its mask is computed"
    return None if len(set(heads)) == 1 and heads[0] > 0 else f"{heads} heads"


def _heads(node: Node, number: int) -> int:
    if node.value(number).rank == 4:
        return node.value(number).shape[1]
    return node.integer("q_num_heads" if number == 0 else "kv_num_heads", 0)


def _by_head(steps: Steps, number: int) -> NodeValue:
    """Batch, head, position, part of a head."""
    x = steps.node.value(number)
    if x.rank == 4:
        return x
    batch, length, width = x.shape
    heads = _heads(steps.node, number)
    parted = steps.reshape(x, (batch, length, heads, width // heads), "heads")
    return steps.transpose(parted, (0, 2, 1, 3))


def _attention(build: GraphBuilder, node: Node) -> list[NodeValue]:
    steps = Steps(build, node)
    q, k, v = (_by_head(steps, number) for number in range(3))
    scale = node.number("scale", 0.0) or 1 / math.sqrt(q.shape[-1])
    q = steps(MUL, q, constant(np.full(1, scale, np.float32)), suffix="scaled")
    scores = product(steps, q, steps.transpose(k, (0, 1, 3, 2)), "scores")
    for mask in _masks(node, q.shape[-2], k.shape[-2]):
        scores = steps(ADD, scores, constant(mask), suffix="masked")
    name = build.op(SOFTMAX, SoftmaxAttrs(), [plain(build, scores)], steps.name("weights"))
    y = product(steps, result(build, name, (0, 1, 2, 3)), v, "heads/answer")
    if node.value(0).rank == 4:
        return [y]
    batch, heads, length, width = y.shape
    return [steps.reshape(steps.transpose(y, (0, 2, 1, 3)), (batch, length, heads * width))]


def _masks(node: Node, queries: int, keys: int) -> list[Array]:
    found = []
    if node.has(_MASK):
        found.append(hidden(np.asarray(node.constant(_MASK))))
    if node.integer("is_causal", 0):
        found.append(hidden(np.tril(np.ones((queries, keys), np.bool_))))
    return found


RULES = {"Attention": NodeRule(_attention, (one_computed_input, plain_attention), 3)}
