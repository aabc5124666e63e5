"""Networks of fewer channels, as a search asks for them: each is made once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.content import ByContent
from mcuq.data import Dataset
from mcuq.eliminate import Groups, Roles
from mcuq.graph import Graph, Op
from mcuq.graph.counts import all_macs, all_weights
from mcuq.ops.weighted import DEPTHWISE_CONV_2D
from mcuq.pipeline.settings import VARIANTS
from mcuq.prune import ChannelStatistics, PrunedLevels, dropped, measure_channels, prune
from mcuq.prune.order import Levels
from mcuq.quantize import Config, WeightChoice
from mcuq.quantize.weights import Bank, QuantizedWeight, channel_axis, quantize_weight
from mcuq.result.pruning import PrunedChannels, PruningFigures

Flags = npt.NDArray[np.bool_]
Cut = Mapping[str, Flags]
"""Filter → which channels of its input it reads; of others all."""


def cuts(graph: Graph, levels: tuple[PrunedLevels, ...]) -> list[Cut]:
    """What filters read where each set is at the first level, at the second …"""
    roles = Roles(graph)
    groups = Groups(graph, roles)
    depth = max((len(one.levels) for one in levels), default=0)
    found: list[Cut] = []
    for level in range(depth):
        gone = [groups.of[one.name][list(one.levels[level])] for one in levels]
        numbers = np.concatenate(gone)
        kept = {
            op.inputs[1]: ~np.isin(groups.of[op.inputs[0]], numbers)
            for op in graph.ops
            if op.name in roles.mixing
        }
        found.append({name: flags for name, flags in kept.items() if not flags.all()})
    return found


@dataclass(frozen=True, eq=False)
class Variant:
    """A network of fewer channels.

    Attributes:
        graph: the float one.
        bank: of its filters.
        kept: activation → which channels of the whole network it has; empty where those are all.
    """

    graph: Graph
    bank: Bank
    kept: Mapping[str, Flags]


@dataclass(frozen=True, eq=False)
class Pruning(ByContent):
    """Attributes:
    graph: the whole network.
    levels: of each set what goes at each level.
    statistics: of what filters read.
    banks: of the whole filters, and of those of each of `cuts`.
    known: variants that were asked for; each process has its own.
    """

    graph: Graph
    levels: tuple[PrunedLevels, ...]
    statistics: Mapping[str, ChannelStatistics]
    banks: tuple[Bank, ...]
    known: dict[Levels, Variant] = field(default_factory=dict, compare=False, repr=False)

    def variant(self, chosen: Levels) -> Variant:
        """What is left at these levels."""
        if chosen not in self.known:
            make_room(self.known)
            left = prune(self.graph, dropped(self.levels, chosen), self.statistics)
            bank = CutBank(self, chosen, left.graph, left.kept)
            self.known[chosen] = Variant(left.graph, bank, left.kept)
        return self.known[chosen]


def make_room(known: dict[Levels, Any]) -> None:
    """For one network more."""
    while len(known) >= VARIANTS.kept:
        del known[next(iter(known))]


def prescribed(graph: Graph, config: Config, calibration: Dataset) -> Variant:
    """The network that a configuration leaves, all of it where that says nothing else; its bank
    holds nothing."""
    if not config.dropped:
        return Variant(graph, {}, {})
    left = prune(graph, config.dropped, measure_channels(graph, calibration.inputs))
    return Variant(left.graph, {}, left.kept)


def pruning_figures(graph: Graph, variant: Variant | None, config: Config) -> PruningFigures | None:
    """What went of a network; None where nothing did."""
    if variant is None:
        return None
    return PruningFigures(
        sets=pruned_channels(graph, config),
        macs=all_macs(graph),
        macs_left=all_macs(variant.graph),
        weights=all_weights(graph),
        weights_left=all_weights(variant.graph),
    )


def pruned_channels(graph: Graph, config: Config) -> tuple[PrunedChannels, ...]:
    """The same as a configuration has it."""
    return tuple(
        PrunedChannels(name=name, before=graph.tensors[name].shape[-1], channels=channels)
        for name, channels in config.dropped.items()
    )


class CutBank(Bank):
    """Candidates of a variant, from those of the whole network.

    A filter's rows stand alone: those of outputs that are gone are left out. Its columns were
    solved for together, so that they come from the bank of what it reads; those of minimum and
    maximum are made of the variant's own float filter.
    """

    def __init__(
        self, pruning: Pruning, chosen: Levels, graph: Graph, kept: Mapping[str, Flags]
    ) -> None:
        self._graph, self._kept, self._whole = graph, kept, pruning.graph
        self._ops = {op.inputs[1]: op for op in pruning.graph.ops if op.kind.weighted}
        groups = Groups(pruning.graph, Roles(pruning.graph))
        by_level = cuts(pruning.graph, pruning.levels)
        self._sources: dict[str, tuple[Bank, Flags | None]] = {}
        gone = dropped(pruning.levels, chosen)
        for one, level in zip(pruning.levels, chosen, strict=True):
            if not level:
                continue
            numbers = groups.of[one.name][list(gone[one.name])]
            for name, flags in by_level[level - 1].items():
                if np.isin(groups.of[self._ops[name].inputs[0]], numbers).any():
                    self._sources[name] = pruning.banks[level], flags
        self._first = pruning.banks[0]
        self._known: dict[tuple[str, WeightChoice], QuantizedWeight] = {}

    def __iter__(self) -> Iterator[tuple[str, WeightChoice]]:
        return iter(self._first)

    def __len__(self) -> int:
        return len(self._first)

    def __contains__(self, key: object) -> bool:
        return key in self._first

    def __getitem__(self, key: tuple[str, WeightChoice]) -> QuantizedWeight:
        if key not in self._known:
            self._known[key] = self._made(*key)
        return self._known[key]

    def _made(self, name: str, choice: WeightChoice) -> QuantizedWeight:
        op = self._ops[name]
        bank, read = self._sources.get(name, (self._first, None))
        if (name, choice) in bank:
            return _left(op, bank[name, choice], self._shape(name), self._kept, read)
        weight = self._graph.tensors[name].data
        assert weight is not None  # filters are constants
        return quantize_weight(name, weight, choice, channel_axis(op.kind, choice.per), None)

    def _shape(self, name: str) -> tuple[int, ...]:
        return self._graph.tensors[name].shape


def _left(
    op: Op,
    weight: QuantizedWeight,
    shape: tuple[int, ...],
    kept: Mapping[str, Flags],
    read: Flags | None,
) -> QuantizedWeight:
    """The part of a filter of these outputs and inputs.

    Args:
        shape: of the part.
        read: the input's channels that the filter has; None is all.
    """
    outputs, inputs = kept[op.output], kept[op.inputs[0]]
    if weight.values.shape == shape:
        return weight
    if op.kind is DEPTHWISE_CONV_2D:
        values = weight.values[..., outputs]
    else:
        columns = inputs if read is None else inputs[read]
        rows = weight.values.reshape(len(outputs), -1, len(columns))[outputs][:, :, columns]
        values = rows.reshape(shape)
    scale = weight.scale if weight.scale.size == 1 else weight.scale[outputs]
    bias = None if weight.bias is None else weight.bias[outputs]
    return replace(weight, values=np.ascontiguousarray(values), scale=scale, bias=bias)
