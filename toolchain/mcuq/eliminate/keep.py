"""Which channels stay: those that an output or a state depends on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.eliminate.follow import Known
from mcuq.eliminate.groups import Groups
from mcuq.eliminate.rows import Flags, sees_padding
from mcuq.eliminate.ties import Indices, Roles
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
    groups = Groups(graph, roles)
    pinned = groups.pinned
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


def _stand_ins(numbers: npt.NDArray[np.int64], stays: Flags) -> Indices:
    """The first channel of each number, one that stays anyway where there is one."""
    first: dict[int, int] = {}
    for channel in (*np.flatnonzero(stays), *range(len(numbers))):
        first.setdefault(int(numbers[channel]), int(channel))
    return np.array([first[int(number)] for number in numbers], np.intp)


class _Needed:
    """Groups that stay, and what their channels are computed from."""

    def __init__(
        self, graph: Graph, known: Known, groups: Groups, stand_ins: Mapping[str, Indices]
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
