"""Which channels can go, and with which others: those of layers that are added stay in step."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.eliminate import Groups, Roles
from mcuq.graph import Graph

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class ChannelSet:
    """Channels that the same activations have.

    Attributes:
        name: the first of those activations.
        groups: numbers of `Groups`: each is a channel, wherever it is.
        readers: names of the operators whose filters read them, in execution order.
    """

    name: str
    groups: Indices
    readers: tuple[str, ...]


def channel_sets(graph: Graph) -> tuple[ChannelSet, ...]:
    """The sets of which channels can be left out, in execution order.

    Channels of inputs, outputs, states and of operators that look at several of them at once stay.
    So do those of a set where a filter reads other channels beside: what is left of it would depend
    on what is left of both.
    """
    roles = Roles(graph)
    groups = Groups(graph, roles)
    holders: dict[int, list[str]] = defaultdict(list)
    for name in graph.activations:
        for group in np.unique(groups.of[name]):
            holders[int(group)].append(name)
    together: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for group, names in holders.items():
        if not groups.pinned[group]:
            together[tuple(names)].append(group)
    found = []
    for places, members in together.items():
        readers = [op for op in graph.ops if op.name in roles.mixing and op.inputs[0] in places]
        alone = all(np.isin(groups.of[op.inputs[0]], members).all() for op in readers)
        if readers and alone:
            numbers = np.array(members, np.intp)
            found.append(ChannelSet(places[0], numbers, tuple(op.name for op in readers)))
    order = {name: place for place, name in enumerate(graph.activations)}
    return tuple(sorted(found, key=lambda one: order[one.name]))
