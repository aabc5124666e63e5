"""What an elimination took out of a graph, and why."""

from __future__ import annotations

from dataclasses import dataclass

from mcuq.graph import Graph


@dataclass(frozen=True)
class LayerChannels:
    """The output channels of a layer that lost some.

    Attributes:
        layer: name of its operator.
        before, after: channels.
        zero: always zero. constant: always the same value. duplicate: equal to one that stays.
            unused: no weight that counts reads them. Each channel counts once.
    """

    layer: str
    before: int
    after: int
    zero: int
    constant: int
    duplicate: int
    unused: int


@dataclass(frozen=True)
class Elimination:
    """Attributes:
    graph: of the channels that stay; the very graph that was given where all do.
    layers: those with filters that lost channels, in execution order.
    """

    graph: Graph
    layers: tuple[LayerChannels, ...] = ()
