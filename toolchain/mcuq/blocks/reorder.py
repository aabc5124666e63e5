"""A quantized model with its channels in another order: the same outputs, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mcuq.blocks.sets import Indices, Places
from mcuq.graph import Op
from mcuq.numeric.narrow import Narrow
from mcuq.numeric.tensor import QuantizedTensor
from mcuq.ops.weighted import DEPTHWISE_CONV_2D
from mcuq.quantized import QuantizedGraph

Order = Mapping[str, Indices]
"""Activation → for each of its places the channel that comes there."""


def reordered(qgraph: QuantizedGraph, ranks: Sequence[int], places: Places) -> QuantizedGraph:
    """The model with the channels of each set by rank, those of equal rank as they were.

    Args:
        ranks: of each group of `places`; counts only within its sets.
        places: of `qgraph`.
    """
    order = _order(qgraph, np.asarray(ranks), places)
    tensors = dict(qgraph.tensors)
    for op in qgraph.ops:
        for name, data in _moved(qgraph, op, order, places):
            tensors[name] = data
    return replace(qgraph, tensors=tensors)


def _order(
    qgraph: QuantizedGraph, ranks: npt.NDArray[np.integer], places: Places
) -> dict[str, Indices]:
    comes = np.arange(places.groups.count)
    for members in places.sets:
        comes[members] = members[np.argsort(ranks[members], kind="stable")]
    found = {}
    for name, groups in places.groups.of.items():
        # Where an activation has a channel several times, each time keeps its turn.
        seen: dict[int, list[int]] = {}
        for place, group in enumerate(groups.tolist()):
            seen.setdefault(group, []).append(place)
        turns = {group: iter(seen[int(comes[group])]) for group in seen}
        found[name] = np.array([next(turns[group]) for group in groups.tolist()], np.intp)
    return found


def _moved(
    qgraph: QuantizedGraph, op: Op, order: Order, places: Places
) -> list[tuple[str, QuantizedTensor]]:
    """The constants of an operator, as it needs them then."""
    tensors = qgraph.tensors
    if op.name in places.roles.mixing:
        columns = order[op.inputs[0]]
        weight = _rows(tensors[op.inputs[1]], order[op.output])
        return [(op.inputs[1], _columns(weight, columns)), *_biases(qgraph, op, order)]
    if op.kind is DEPTHWISE_CONV_2D and places.roles.ties[op.name] is not None:
        own = order[op.output]
        weight = tensors[op.inputs[1]]
        assert weight.data is not None  # filters are constants
        scale = weight.scale if weight.axis is None else weight.scale[own]
        moved = replace(weight, data=np.ascontiguousarray(weight.data[..., own]), scale=scale)
        return [(op.inputs[1], moved), *_biases(qgraph, op, order)]
    found = []
    for name in places.roles.ties.get(op.name) or {}:
        data = tensors[name].data
        if data is not None:
            own = np.ascontiguousarray(data[..., order[op.output]])
            found.append((name, replace(tensors[name], data=own)))
    return found


def _biases(qgraph: QuantizedGraph, op: Op, order: Order) -> list[tuple[str, QuantizedTensor]]:
    """Each operator has a bias of its own in a quantized model."""
    return [(name, _rows(qgraph.tensors[name], order[op.output])) for name in op.inputs[2:]]


def _rows(tensor: QuantizedTensor, order: Indices) -> QuantizedTensor:
    """A filter or a bias with its first dimension in this order."""
    assert tensor.data is not None  # both are constants
    narrow = tensor.narrow
    if narrow:
        there = np.flatnonzero(np.isin(order, narrow.channels))
        narrow = Narrow(narrow.bits, tuple(there.tolist()))
    scale = tensor.scale if tensor.axis is None else tensor.scale[order]
    data = np.ascontiguousarray(tensor.data[order])
    return replace(tensor, data=data, scale=scale, narrow=narrow)


def _columns(weight: QuantizedTensor, order: Indices) -> QuantizedTensor:
    """A filter that reads channels in this order; a dense one may have several of each."""
    assert weight.data is not None  # filters are constants
    taps = weight.data.reshape(len(weight.data), -1, len(order))[:, :, order]
    return replace(weight, data=np.ascontiguousarray(taps).reshape(weight.shape))
