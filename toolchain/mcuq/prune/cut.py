"""A float graph without some channels, its filters fitted to those that stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.eliminate import Groups, Roles, without_unread
from mcuq.eliminate.rows import Flags, bias, rows
from mcuq.graph import Graph, Op, Tensor
from mcuq.importers.simplify.rewrite import constant
from mcuq.numeric.activation import Activation
from mcuq.numeric.factors import inverse_root
from mcuq.numeric.products import product
from mcuq.ops.operand import Operand
from mcuq.prune.statistics import ChannelStatistics

Float64 = npt.NDArray[np.float64]
Dropped = Mapping[str, Sequence[int]]
"""Activation → channels of it that go, with all that are the same."""


@dataclass(frozen=True, eq=False)
class Pruned:
    """Attributes:
    graph: without the channels.
    kept: activation → whether each channel of the given graph stays.
    """

    graph: Graph
    kept: Mapping[str, Flags]


def prune(graph: Graph, dropped: Dropped, statistics: Mapping[str, ChannelStatistics]) -> Pruned:
    """Leave channels out.

    Each filter that reads some of them becomes the least-squares fit of its former output over
    the channels that stay, as their covariance has it, and its bias takes the mean of what is still
    missing, over samples and positions.

    Args:
        dropped: channels of sets that `channel_sets` names.
        statistics: of what filters read.
    """
    roles = Roles(graph)
    groups = Groups(graph, roles)
    gone: Flags = np.zeros(groups.count, np.bool_)
    for name, channels in dropped.items():
        gone[groups.of[name][list(channels)]] = True
    tensors, ops = dict(graph.tensors), []
    for op in graph.ops:
        source = op.inputs[0] if op.name in roles.mixing else None
        if source is not None and (flags := gone[groups.of[source]]).any():
            op, constants = _refitted(graph, op, flags, statistics[source])
            tensors |= {tensor.name: tensor for tensor in constants}
        ops.append(op)
    left = without_unread(replace(graph, tensors=tensors, ops=tuple(ops)))
    return Pruned(left.graph, left.kept)


def _refitted(
    graph: Graph, op: Op, gone: Flags, statistics: ChannelStatistics
) -> tuple[Op, list[Tensor]]:
    """The operator with zeros for the channels that go."""
    before = rows(graph, op)
    after = np.zeros_like(before)
    stays = ~gone
    covariance = statistics.covariance
    root = inverse_root(covariance[np.ix_(stays, stays)][None])[0]
    moved = product(before[..., gone], covariance[np.ix_(gone, stays)])
    after[..., stays] = before[..., stays] + product(product(moved, root.T), root)
    start = bias(graph, op) + _mean_output(graph, op, before - after, statistics.mean)
    shape = graph.tensors[op.inputs[1]].shape
    weights = replace(constant(graph, op.inputs[1], after.reshape(shape)), name=op.inputs[1])
    name = op.inputs[2] if len(op.inputs) > 2 and _is_own(graph, op.inputs[2]) else None
    new = constant(graph, f"{op.name}/bias", start)
    new = new if name is None else replace(new, name=name)
    return replace(op, inputs=(*op.inputs[:2], new.name)), [weights, new]


def _is_own(graph: Graph, name: str) -> bool:
    return sum(name in op.inputs for op in graph.ops) == 1


def _mean_output(graph: Graph, op: Op, weights: Float64, mean: Float64) -> Float64:
    """What these weights give of the mean of the input, over positions."""
    attrs: Any = op.attrs
    form: Any = op.kind.float_form
    shape = graph.tensors[op.inputs[1]].shape
    values = form(
        attrs.with_activation(Activation.NONE),
        [
            Operand(mean.astype(np.float32)[None]),
            Operand(weights.reshape(shape).astype(np.float32), constant=True),
        ],
    )
    result: Float64 = values.reshape(-1, values.shape[-1]).astype(np.float64).mean(axis=0)
    return result
