"""Which channels of an operator's operands and result are the same channel: they go together.

A channel is an index of the last dimension. What is not listed here needs all of its channels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.graph import Graph, Op
from mcuq.ops.binary import broadcast_shape
from mcuq.ops.mean import MEAN, SUM
from mcuq.ops.movement import CONCATENATION, PAD, RESHAPE, SQUEEZE, TRANSPOSE
from mcuq.ops.operator import AnyOperator
from mcuq.ops.padding import MIRROR_PAD, PADV2
from mcuq.ops.pointwise import same_shape
from mcuq.ops.pooling import AVERAGE_POOL_2D, MAX_POOL_2D
from mcuq.ops.reduce_min import REDUCE_MIN
from mcuq.ops.resize import RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR
from mcuq.ops.slicing import STRIDED_SLICE
from mcuq.ops.weighted import CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV

Indices = npt.NDArray[np.intp]
Ties = Mapping[str, tuple[Indices, Indices]]
"""Operand → channels of it, and those of the result that are made of them, one by one."""


def width(graph: Graph, name: str) -> int:
    """Channels of a tensor."""
    shape = graph.tensors[name].shape
    return shape[-1] if shape else 1


class Roles:
    """What every operator of a graph does with channels.

    Attributes:
        mixing: names of operators of which every output channel has a row of weights over all
            input channels. Not where the filter is computed, serves several operators, or is in
            groups.
        ties: name of any other → its ties; None where all of its channels have to stay. An
            activation that is broadcast along the channels is left out of them: it stays whole.
        readers: tensor → how often it is read.
    """

    def __init__(self, graph: Graph) -> None:
        self.readers = Counter(name for op in graph.ops for name in op.inputs)
        self.readers.update(graph.outputs)
        self.mixing = {op.name for op in graph.ops if self._mixes(graph, op)}
        self.ties = {
            op.name: self._ties(graph, op) for op in graph.ops if op.name not in self.mixing
        }

    def _mixes(self, graph: Graph, op: Op) -> bool:
        if op.kind not in (CONV_2D, TRANSPOSE_CONV, FULLY_CONNECTED):
            return False
        if not self._owns_filter(graph, op):
            return False
        depth = graph.tensors[op.inputs[1]].shape[-1]
        if op.kind is FULLY_CONNECTED:
            return depth % width(graph, op.inputs[0]) == 0
        return depth == width(graph, op.inputs[0])

    def _owns_filter(self, graph: Graph, op: Op) -> bool:
        return graph.tensors[op.inputs[1]].is_constant and self.readers[op.inputs[1]] == 1

    def _ties(self, graph: Graph, op: Op) -> Ties | None:
        if op.kind is DEPTHWISE_CONV_2D and not self._owns_filter(graph, op):
            return None
        elementwise = op.kind.shape in (same_shape, broadcast_shape)
        rule = _same if elementwise else _RULES.get(op.kind)
        return None if rule is None else rule(graph, op)


def _same(graph: Graph, op: Op) -> Ties | None:
    count = width(graph, op.output)
    every = np.arange(count)
    operands = [name for name in op.inputs if graph.tensors[name].shape]
    if any(width(graph, name) not in (1, count) for name in operands):
        return None
    return {name: (every, every) for name in operands if width(graph, name) == count}


def _first(graph: Graph, op: Op) -> Ties | None:
    """Other operands say how: they have no channels."""
    count = width(graph, op.output)
    if width(graph, op.inputs[0]) != count:
        return None
    return {op.inputs[0]: (np.arange(count), np.arange(count))}


def _padded(graph: Graph, op: Op) -> Ties | None:
    attrs: Any = op.attrs
    return _first(graph, op) if attrs.paddings[-1] == (0, 0) else None


def _reduced(graph: Graph, op: Op) -> Ties | None:
    attrs: Any = op.attrs
    last = len(graph.tensors[op.inputs[0]].shape) - 1
    return None if last in attrs.axes else _first(graph, op)


def _transposed(graph: Graph, op: Op) -> Ties | None:
    attrs: Any = op.attrs
    return _first(graph, op) if attrs.perm[-1] == len(attrs.perm) - 1 else None


def _reshaped(graph: Graph, op: Op) -> Ties | None:
    """Rows are joined, or taken apart into whole rows."""
    before, after = width(graph, op.inputs[0]), width(graph, op.output)
    if max(before, after) % min(before, after):
        return None
    longer = np.arange(max(before, after))
    return {op.inputs[0]: (longer % before, longer % after)}


def _joined(graph: Graph, op: Op) -> Ties | None:
    attrs: Any = op.attrs
    if len(set(op.inputs)) < len(op.inputs):
        return None
    if attrs.axis != len(graph.tensors[op.output].shape) - 1:
        return _same(graph, op)
    found, start = {}, 0
    for name in op.inputs:
        count = width(graph, name)
        found[name] = (np.arange(count), np.arange(start, start + count))
        start += count
    return found


def _sliced(graph: Graph, op: Op) -> Ties | None:
    attrs: Any = op.attrs
    last = len(attrs.begin) - 1
    if last in attrs.shrink or attrs.strides[last] != 1:
        return None
    taken = np.arange(attrs.begin[last], attrs.end[last])
    return {op.inputs[0]: (taken, np.arange(len(taken)))}


def _depthwise(graph: Graph, op: Op) -> Ties | None:
    """Of one input channel every filter stands alone, as in a CONV_2D."""
    count = width(graph, op.inputs[0])
    every = np.arange(width(graph, op.output))
    multiplier = len(every) // count
    return {} if count == 1 else {op.inputs[0]: (every // multiplier, every)}


_WINDOWS = (AVERAGE_POOL_2D, MAX_POOL_2D, RESIZE_NEAREST_NEIGHBOR, RESIZE_BILINEAR)
_RULES: dict[AnyOperator, Callable[[Graph, Op], Ties | None]] = {
    **dict.fromkeys(_WINDOWS, _first),
    **dict.fromkeys((PAD, PADV2, MIRROR_PAD), _padded),
    **dict.fromkeys((MEAN, SUM, REDUCE_MIN), _reduced),
    **dict.fromkeys((RESHAPE, SQUEEZE), _reshaped),
    TRANSPOSE: _transposed,
    CONCATENATION: _joined,
    STRIDED_SLICE: _sliced,
    DEPTHWISE_CONV_2D: _depthwise,
}
