"""Channels that stay or go together, all over a graph."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mcuq.eliminate.rows import Flags
from mcuq.eliminate.ties import Roles, width
from mcuq.graph import Graph


class Groups:
    """Channels that go together.

    Attributes:
        of: activation → the group of each channel.
        count: groups there are.
    pinned: (count,), whether a group stays whatever reads it: one of an input, an output, a state,
        or of an operator that is not known to treat channels one by one.
    """

    def __init__(self, graph: Graph, roles: Roles) -> None:
        names = graph.activations
        sizes = [width(graph, name) for name in names]
        starts = dict(zip(names, np.cumsum([0, *sizes]), strict=False))
        pairs = [
            (starts[name] + before, starts[op.output] + after)
            for op in graph.ops
            for name, (before, after) in (roles.ties.get(op.name) or {}).items()
            if name in starts
        ]
        one, other = (
            np.concatenate([np.zeros(0, np.intp), *(pair[side] for pair in pairs)])
            for side in (0, 1)
        )
        shape = (sum(sizes), sum(sizes))
        links = coo_array((np.ones(len(one), np.bool_), (one, other)), shape=shape)
        count, labels = connected_components(links, directed=False)
        self.count = int(count)
        self.of: dict[str, npt.NDArray[np.intp]] = {
            name: labels[starts[name] : starts[name] + size].astype(np.intp)
            for name, size in zip(names, sizes, strict=True)
        }
        self.pinned: Flags = np.zeros(self.count, np.bool_)
        for name in _whole(graph, roles):
            self.pinned[self.of[name]] = True


def _whole(graph: Graph, roles: Roles) -> set[str]:
    """Activations all of whose channels stay."""
    found = {*graph.inputs, *graph.outputs}
    found.update(name for state in graph.states for name in (state.read, state.written))
    for op in graph.ops:
        if op.name in roles.mixing:
            found.update(op.inputs[1:])
            continue
        tied = roles.ties[op.name]
        if tied is None:
            found.update((*op.inputs, *op.outputs))
        else:
            found.update(name for name in op.inputs if name not in tied)
    return found.intersection(graph.activations)
