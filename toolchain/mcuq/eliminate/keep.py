"""Which channels stay: those that an output or a state depends on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mcuq.eliminate.follow import Known
from mcuq.eliminate.rows import Flags, sees_padding
from mcuq.eliminate.ties import Indices, Roles, width
from mcuq.graph import Graph, Op


@dataclass(frozen=True, eq=False)
class Selection:
    """Attributes:
    kept: activation → whether each channel stays.
    stand_ins: activation → the channel that stands for each where weights are added: itself, or
        an equal one.
    """

    kept: Mapping[str, Flags]
    stand_ins: Mapping[str, Indices]


def folds(graph: Graph, op: Op, known: Known) -> Flags:
    """Input channels whose products are part of the bias of `op`, which mixes channels."""
    spans = known.spans[op.inputs[0]]
    anywhere: Flags = (spans.low == 0) | (not sees_padding(graph, op))
    return spans.fixed & anywhere


def select(graph: Graph, roles: Roles, known: Known) -> Selection:
    """What outputs and states need, backwards through the graph."""
    groups = _Groups(graph, roles)
    pinned = np.zeros(groups.count, np.bool_)
    for name in _whole(graph, roles):
        pinned[groups.of[name]] = True
    stand_ins = {
        name: _stand_ins(known.numbers[name], pinned[groups.of[name]]) for name in graph.activations
    }
    needed = _Needed(graph, known, groups, stand_ins)
    needed.mark(np.flatnonzero(pinned))
    for name in graph.activations:
        # A tensor has a channel, even one that nobody needs.
        if not needed.flags[groups.of[name]].any():
            needed.mark(groups.of[name][:1])
    kept = {name: needed.flags[groups.of[name]] for name in graph.activations}
    return Selection(kept, stand_ins)


class _Groups:
    """Channels that go together.

    Attributes:
        of: activation → the group of each channel.
        count: groups there are.
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


def _stand_ins(numbers: npt.NDArray[np.int64], stays: Flags) -> Indices:
    """The first channel of each number, one that stays anyway where there is one."""
    first: dict[int, int] = {}
    for channel in (*np.flatnonzero(stays), *range(len(numbers))):
        first.setdefault(int(numbers[channel]), int(channel))
    return np.array([first[int(number)] for number in numbers], np.intp)


class _Needed:
    """Groups that stay, and what their channels are computed from."""

    def __init__(
        self, graph: Graph, known: Known, groups: _Groups, stand_ins: Mapping[str, Indices]
    ) -> None:
        self.flags = np.zeros(groups.count, np.bool_)
        self._sources: dict[int, list[npt.NDArray[np.intp]]] = defaultdict(list)
        for op in graph.ops:
            if op.name not in known.seen:
                continue
            source = op.inputs[0]
            read = known.seen[op.name] & ~folds(graph, op, known)
            by_channel = groups.of[source][stand_ins[source]]
            for group, row in zip(groups.of[op.output], read, strict=True):
                self._sources[int(group)].append(by_channel[row])

    def mark(self, groups: Iterable[np.intp]) -> None:
        waiting = [int(group) for group in groups]
        while waiting:
            group = waiting.pop()
            if not self.flags[group]:
                self.flags[group] = True
                for sources in self._sources[group]:
                    waiting += sources[~self.flags[sources]].tolist()
