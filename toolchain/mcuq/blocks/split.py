"""Filters of two widths as two filters, and their results joined."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mcuq.blocks.reorder import reordered
from mcuq.blocks.sets import Places
from mcuq.errors import UsageError
from mcuq.graph import Op
from mcuq.numeric.narrow import NONE_NARROW
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.numeric.widths import WIDTHS, width_name
from mcuq.ops.movement import CONCATENATION, ConcatAttrs
from mcuq.quantized import QuantizedGraph

_MARKS = {bits: f"#{width_name(bits)} block" for bits in WIDTHS}
"""Ends of the names of what is a part of something, by width."""


def whole_name(name: str) -> str:
    """Of the filter, operator or result that one of a split model is a part of, or is."""
    return next((name.removesuffix(mark) for mark in _MARKS.values() if name.endswith(mark)), name)


def split(qgraph: QuantizedGraph) -> QuantizedGraph:
    """The same model with filters of one width each; itself where that is so already.

    Raises:
        UsageError: a filter has two widths whose channels cannot be brought side by side.
    """
    mixed = [op for op in qgraph.ops if op.kind.weighted and qgraph.tensors[op.inputs[1]].narrow]
    if not mixed:
        return qgraph
    places = Places(qgraph)
    ranks = np.zeros(places.groups.count, np.intp)
    for op in mixed:
        if op.inputs[1] not in places.filters:
            raise _impossible(op)
        narrow = qgraph.tensors[op.inputs[1]].narrow
        ranks[places.groups.of[op.output][list(narrow.channels)]] += 1
    qgraph = reordered(qgraph, ranks.tolist(), places)
    tensors, ops = dict(qgraph.tensors), []
    names = {op.name for op in mixed}
    for op in qgraph.ops:
        ops += _parts(op, tensors) if op.name in names else [op]
    return replace(qgraph, tensors=tensors, ops=tuple(ops))


def _parts(op: Op, tensors: dict[str, QuantizedTensor]) -> list[Op]:
    """One operator a width, and a CONCATENATION; the filter itself and its bias go."""
    weight, result = tensors[op.inputs[1]], tensors[op.output]
    count, few = len(weight.scale), len(weight.narrow.channels)
    wide = count - few
    if weight.narrow.channels != tuple(range(wide, count)):
        raise _impossible(op)
    found = []
    for bits, part in ((weight.bits, slice(0, wide)), (weight.narrow.bits, slice(wide, count))):
        mark = _MARKS[bits]
        length = part.stop - part.start
        for name in op.inputs[1:]:
            tensors[name + mark] = _part(tensors[name], name + mark, part)
        own = tensors[op.inputs[1] + mark]
        tensors[own.name] = replace(own, bits=bits, narrow=NONE_NARROW)
        shape = (*result.shape[:-1], length)
        tensors[op.output + mark] = replace(result, name=op.output + mark, shape=shape)
        inputs = (op.inputs[0], *(name + mark for name in op.inputs[1:]))
        found.append(replace(op, name=op.name + mark, inputs=inputs, outputs=(op.output + mark,)))
    for name in op.inputs[1:]:
        del tensors[name]
    attrs = ConcatAttrs(len(result.shape) - 1)
    outputs = tuple(part.output for part in found)
    return [*found, Op(CONCATENATION, op.name, outputs, op.outputs, attrs)]


def _part(tensor: QuantizedTensor, name: str, rows: slice) -> QuantizedTensor:
    """Some rows of a filter or a bias that has a scale a row."""
    assert tensor.data is not None  # both are constants
    scale, data = tensor.scale[rows], tensor.data[rows]
    axis = tensor.axis if len(scale) > 1 else None
    return replace(tensor, name=name, shape=data.shape, scale=scale, axis=axis, data=data)


def _impossible(op: Op) -> UsageError:
    return UsageError(
        f"the channels of filter '{op.inputs[1]}' that have fewer bits cannot be stored side by "
        "side",
        "choose one width for it, or the same channels in all layers whose results are added",
    )
