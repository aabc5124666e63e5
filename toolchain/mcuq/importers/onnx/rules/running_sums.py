"""CumSum, as products with a triangle of ones."""

from __future__ import annotations

import numpy as np

from mcuq.importers.builder import GraphBuilder
from mcuq.importers.onnx.rules.common import NodeRule, computed_input, constant_inputs
from mcuq.importers.onnx.rules.steps import Steps
from mcuq.importers.onnx.value import Node, NodeValue
from mcuq.importers.running_sums import LONGEST, triangle


def summed_axis(node: Node) -> str | None:
    """A CumSum runs along one axis of at most 1,024 values.

    Sum shorter parts.
    """
    shape, axes = node.value().shape, np.asarray(node.constant(1)).reshape(-1)
    if axes.size != 1 or not -len(shape) <= int(axes[0]) < len(shape):
        return f"axis {axes.tolist()} of {len(shape)} dimensions"
    count = shape[int(axes[0])]
    return None if count <= LONGEST else f"there are {count}"


def _sums(build: GraphBuilder, node: Node) -> list[NodeValue]:
    steps, x = Steps(build, node), node.value()
    axis, last = int(np.asarray(node.constant(1)).reshape(-1)[0]) % x.rank, x.rank - 1
    exclusive, reverse = bool(node.integer("exclusive", 0)), bool(node.integer("reverse", 0))
    ones = triangle(x.shape[axis], exclusive=exclusive, reverse=reverse)
    perm = list(range(x.rank))
    perm[axis], perm[last] = last, axis
    sums = steps.dense(steps.transpose(x, perm), steps.constant(ones, "ones"), None)
    return [steps.transpose(sums, perm)]


RULES = {"CumSum": NodeRule(_sums, (computed_input, constant_inputs(1), summed_axis), 2)}
