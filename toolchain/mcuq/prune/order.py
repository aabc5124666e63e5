"""In what order the channels of a set go: the one first that the others stand in for best.

The optimal brain surgeon for channels: of each reader's filter W and its input's covariance H,
leaving out channel c, the other weights refitted, costs |W_c|² / (H⁻¹)_cc of output energy (Hassibi
and Stork, "Second order derivatives for network pruning", 1993, eq. 5). A set's readers count each
by the energy of its own output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcuq.eliminate import Groups, Roles
from mcuq.eliminate.rows import rows
from mcuq.graph import Graph
from mcuq.numeric.factors import inverse_root
from mcuq.numeric.products import product
from mcuq.prune.sets import ChannelSet, Indices
from mcuq.prune.settings import PRUNING, PruningSettings
from mcuq.prune.statistics import ChannelStatistics

Float64 = npt.NDArray[np.float64]
Statistics = Mapping[str, ChannelStatistics]
Levels = tuple[int, ...]
"""For each set of channels how much of it goes: 0 is nothing, 1 its first level."""


@dataclass(frozen=True)
class PrunedLevels:
    """What can go of one set.

    Attributes:
        name: of the activation that has the channels first.
        levels: channels of it that go, more with every level; each a part of the next.
    """

    name: str
    levels: tuple[tuple[int, ...], ...]


def dropped(pruned: Sequence[PrunedLevels], chosen: Levels) -> dict[str, tuple[int, ...]]:
    """Activation → channels of it that go at these levels."""
    return {
        one.name: one.levels[level - 1] for one, level in zip(pruned, chosen, strict=True) if level
    }


def pruned_levels(
    graph: Graph,
    sets: tuple[ChannelSet, ...],
    statistics: Statistics,
    settings: PruningSettings = PRUNING,
) -> tuple[PrunedLevels, ...]:
    """For each set of enough channels, which go at each level."""
    groups = Groups(graph, Roles(graph))
    found = []
    for each in sets:
        count = len(each.groups)
        if count < settings.fewest:
            continue
        wanted = [int(share * count) for share in settings.shares]
        order = removal_order(graph, groups, each, statistics, wanted[-1])
        place = groups.of[each.name]
        levels = tuple(
            tuple(np.flatnonzero(np.isin(place, order[:most])).tolist()) for most in wanted
        )
        found.append(PrunedLevels(each.name, levels))
    return tuple(found)


def removal_order(
    graph: Graph, groups: Groups, members: ChannelSet, statistics: Statistics, count: int
) -> Indices:
    """The first `count` groups of a set to go."""
    ops = {op.name: op for op in graph.ops}
    readers = [
        _Reader.of(rows(graph, ops[name]), statistics[source].covariance, groups.of[source])
        for name in members.readers
        for source in [ops[name].inputs[0]]
    ]
    left = [int(group) for group in members.groups]
    gone = []
    for _ in range(count):
        prices = np.sum([reader.prices(left) for reader in readers], axis=0)
        gone.append(left.pop(int(prices.argmin())))
        for reader in readers:
            reader.remove(gone[-1])
    return np.array(gone, np.intp)


class _Reader:
    """One filter, while channels go."""

    def __init__(self, weights: Float64, inverse: Float64, places: Indices, energy: float) -> None:
        self._weights, self._inverse = weights, inverse
        self._places, self._energy = places, energy

    @classmethod
    def of(cls, weights: Float64, covariance: Float64, places: Indices) -> _Reader:
        """Args: weights (outputs, taps, channels); places: the group of each channel."""
        flat = weights.reshape(-1, weights.shape[-1])
        root = inverse_root(covariance[None])[0]
        energy = float((product(flat, covariance) * flat).sum())
        return cls(flat, product(root.T, root), places, max(energy, np.finfo(np.float64).tiny))

    def prices(self, groups: list[int]) -> Float64:
        """Share of the output's energy that each group costs."""
        diagonal = np.diagonal(self._inverse)
        # A channel that is gone has neither weights nor variance left.
        by_channel = (self._weights**2).sum(axis=0) / np.where(diagonal > 0, diagonal, 1.0)
        sums = np.zeros(max(int(self._places.max()), *groups) + 1)
        np.add.at(sums, self._places, by_channel)
        share: Float64 = sums[groups] / self._energy
        return share

    def remove(self, group: int) -> None:
        for channel in np.flatnonzero(self._places == group):
            row = self._inverse[channel] / self._inverse[channel, channel]
            self._weights = self._weights - self._weights[:, channel, None] * row
            self._inverse = self._inverse - self._inverse[:, channel, None] * row
            self._weights[:, channel] = 0.0
            self._inverse[channel] = self._inverse[:, channel] = 0.0
