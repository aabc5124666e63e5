"""Normalizations by the values' own mean and variance, spelled out.

d = x - mean(x); y = d / √(mean(d²) + ε) × scale + bias, over the axes of the layer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.layout import plain, result
from mcuq.importers.onnx.rules.common import (
    NodeRule,
    axis_inside,
    computed_input,
    constant_inputs,
)
from mcuq.importers.onnx.rules.steps import Steps, constant
from mcuq.importers.onnx.value import Node, NodeValue, channels_last
from mcuq.ops.binary import ADD, MUL, SUB
from mcuq.ops.functions import RSQRT
from mcuq.ops.movement import RESHAPE, ReshapeAttrs


def one_output(node: Node) -> str | None:
    """A normalization gives its result only, not the statistics behind it.

    Call model.eval() before the export, and leave the other outputs out.
    """
    return "it has more outputs" if sum(1 for name in node.outputs if name) > 1 else None


def factors_by_channel(node: Node) -> str | None:
    """Scale and bias of a normalization hold one number a channel.

    The model is damaged: export it again.
    """
    channels = node.value().shape[1] if node.value().rank > 1 else 0
    sizes = {node.value(number).shape for number in (1, 2)}
    return None if sizes == {(channels,)} else f"{sizes} for {channels} channels"


def whole_groups(node: Node) -> str | None:
    """The channels of a group normalization fall into groups of the same size.

    The model is damaged: export it again.
    """
    x, groups = node.value(), node.integer("num_groups", 0)
    fits = x.rank > 2 and groups > 0 and x.shape[1] % groups == 0
    return None if fits else f"{groups} groups of {x.shape}"


def broadcast_factors(node: Node) -> str | None:
    """Scale and bias of a normalization broadcast to its input.

    The model is damaged: export it again.
    """
    shape = node.value().shape
    for number in (1, 2):
        if not node.has(number):
            continue
        factors = node.value(number).shape
        pairs = zip(reversed(factors), reversed(shape), strict=False)
        if len(factors) > len(shape) or any(n not in (1, size) for n, size in pairs):
            return f"{factors} for {shape}"
    return None


def normalized(
    steps: Steps, x: NodeValue, axes: Sequence[int], epsilon: float, *, centred: bool = True
) -> NodeValue:
    """(x - mean) / √(variance + ε) over `axes`; not `centred`: x / √(mean square + ε)."""
    if centred:
        x = steps(SUB, x, steps.mean(x, axes, "mean"), suffix="difference")
    square = steps(MUL, x, x, suffix="square")
    variance = steps.mean(square, axes, "variance")
    shifted = steps(ADD, variance, constant(np.full(1, epsilon)), suffix="shifted")
    return steps(MUL, x, steps(RSQRT, shifted, suffix="rsqrt"), suffix="normalized")


def _scaled(
    steps: Steps, x: NodeValue, scale: NodeValue | None, bias: NodeValue | None
) -> NodeValue:
    """x × scale + bias; a scale of 1 and a bias of 0 are none."""
    if scale is not None and not np.all(scale.data == 1):
        x = steps(MUL, x, scale, suffix="scaled")
    if bias is not None and not np.all(bias.data == 0):
        x = steps(ADD, x, bias)
    return x


def _by_channel(node: Node, number: int, rank: int) -> NodeValue:
    values = np.asarray(node.constant(number))
    return constant(values.reshape(-1, *(1,) * (rank - 2)))


def _instance(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x, steps = node.value(), Steps(build, node)
    if _is_group(node):
        # Of channels put together by a Reshape, as PyTorch writes a group normalization.
        assert x.before is not None
        y = _by_groups(steps, x.before, x.shape[1], node.number("epsilon", 1e-5))
        return [replace(steps.reshape(y, x.shape), before=y)]
    y = normalized(steps, x, range(2, x.rank), node.number("epsilon", 1e-5))
    scale, bias = (_by_channel(node, number, x.rank) for number in (1, 2))
    return [_scaled(steps, y, scale, bias)]


def _is_group(node: Node) -> bool:
    """Whether it runs, without factors, over groups of another value's channels."""
    x, before = node.value(), node.value().before
    plain_factors = np.all(node.constant(1) == 1) and np.all(node.constant(2) == 0)
    if before is None or before.rank < 3 or x.rank != 3 or not plain_factors:
        return False
    return before.shape[0] == x.shape[0] and before.shape[1] % x.shape[1] == 0


def _group(build: GraphBuilder, node: Node) -> list[NodeValue]:
    x, steps, groups = node.value(), Steps(build, node), node.integer("num_groups", 1)
    y = _by_groups(steps, x, groups, node.number("epsilon", 1e-5))
    scale, bias = (_by_channel(node, number, x.rank) for number in (1, 2))
    return [_scaled(steps, y, scale, bias)]


def _by_groups(steps: Steps, x: NodeValue, groups: int, epsilon: float) -> NodeValue:
    """Over each group of channels and all positions, in the order that is stored."""
    size, each = math.prod(x.shape[2:]), x.shape[1] // groups
    if x.order == channels_last(x.rank):
        parted, axes = (1, size, groups, each), (1, 3)
    else:
        x = NodeValue(x.shape, plain(steps.build, x), tuple(range(x.rank)))
        parted, axes = (1, groups, each, size), (2, 3)
    name = steps.build.op(RESHAPE, ReshapeAttrs(parted), [x.name], f"{steps.node.name}/groups")
    y = normalized(steps, result(steps.build, name, (0, 1, 2, 3)), axes, epsilon)
    whole = ReshapeAttrs(x.stored)
    name = steps.build.op(RESHAPE, whole, [y.name], f"{steps.node.name}/whole")
    return result(steps.build, name, x.order)


def _layer(build: GraphBuilder, node: Node) -> list[NodeValue]:
    return _over_last(build, node, centred=True)


def _root_mean_square(build: GraphBuilder, node: Node) -> list[NodeValue]:
    return _over_last(build, node, centred=False)


def _over_last(build: GraphBuilder, node: Node, *, centred: bool) -> list[NodeValue]:
    """Over all axes from `axis` on."""
    x, steps = node.value(), Steps(build, node)
    axes = range(node.integer("axis", -1) % x.rank, x.rank)
    y = normalized(steps, x, axes, node.number("epsilon", 1e-5), centred=centred)
    bias = node.value(2) if node.has(2) else None
    return [_scaled(steps, y, node.value(1), bias)]


_FACTORS = (computed_input, constant_inputs(1, 2), one_output)
_OVER_LAST = (*_FACTORS, axis_inside(-1), broadcast_factors)

RULES = {
    "GroupNormalization": NodeRule(_group, (*_FACTORS, factors_by_channel, whole_groups), 3),
    "InstanceNormalization": NodeRule(_instance, (*_FACTORS, factors_by_channel), 3),
    "LayerNormalization": NodeRule(_layer, _OVER_LAST, 2),
    "RMSNormalization": NodeRule(_root_mean_square, _OVER_LAST, 2),
}
