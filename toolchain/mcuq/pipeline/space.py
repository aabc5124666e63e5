"""The model's search space: which choices each weight and each activation has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mcuq.eliminate import Groups, Roles
from mcuq.graph import Graph
from mcuq.numeric.widths import width_names
from mcuq.ops.filters import filter_bytes
from mcuq.ops.weighted import DEPTHWISE_CONV_2D
from mcuq.prune import PrunedLevels, dropped
from mcuq.quantize import Config, WeightChoice
from mcuq.quantize.activations import RangeSource, own_spans
from mcuq.quantize.scale_groups import ScaleGroups, group_roots, share_activations
from mcuq.search import Choice, Gene, Genome, Space

REFERENCE_OBSERVER = "minmax"
CHANNELS = " channels"
"""What the name of a gene of channels ends with."""


@dataclass(frozen=True)
class ModelSpace:
    """A search space and what its choices mean.

    Attributes:
        space: genes of the weights first, then of the activation groups and of channels.
        weights: for each weight gene, its choices.
        observers: for each activation gene, its choices.
        groups: for each activation gene, the activations that take its choice.
        pruned: for each gene of channels, what goes at each level; those genes come last.
        base: what no gene decides.
    """

    space: Space
    names: tuple[str, ...]
    weights: tuple[tuple[WeightChoice, ...], ...]
    observers: tuple[tuple[str, ...], ...]
    groups: tuple[tuple[str, ...], ...]
    base: Config = field(default_factory=Config)
    pruned: tuple[PrunedLevels, ...] = ()

    def levels(self, genome: Genome) -> tuple[int, ...]:
        """How much of each set of channels goes, see `mcuq.pipeline.pruning`."""
        return genome[len(genome) - len(self.pruned) :]

    def config(self, genome: Genome) -> Config:
        """The configuration that `genome` stands for."""
        count = len(self.names)
        weights = {
            name: choices[index]
            for name, choices, index in zip(self.names, self.weights, genome[:count], strict=True)
        }
        observers = {
            name: choices[index]
            for group, choices, index in zip(
                self.groups, self.observers, genome[count : count + len(self.groups)], strict=True
            )
            for name in group
        }
        gone = dropped(self.pruned, self.levels(genome))
        return replace(self.base, weights=weights, observers=observers, dropped=gone)

    def is_mixed(self, genome: Genome) -> bool:
        """Whether a filter has two widths."""
        return any(
            choices[index].narrow for choices, index in zip(self.weights, genome, strict=False)
        )

    def widths(self, genome: Genome) -> dict[str, int]:
        """Filter name → bits, of two widths the wider."""
        return {
            name: choices[index].bits
            for name, choices, index in zip(self.names, self.weights, genome, strict=False)
        }


def label(choice: WeightChoice, channels: int) -> str:
    """`int4:gptq`, or `int8|int4 16/64:refit` where 16 of 64 channels have the first width."""
    names = width_names(part.bits for part in choice.parts)
    wide = channels - len(choice.narrow.channels)
    share = f" {wide}/{channels}" if choice.narrow else ""
    return f"{names}{share}:{choice.method}"


def build_space(
    graph: Graph,
    ranges: RangeSource,
    candidates: Mapping[str, Sequence[WeightChoice]],
    observers: Collection[str],
    base: Config | None = None,
    pruned: tuple[PrunedLevels, ...] = (),
) -> ModelSpace:
    """One gene a filter, one a group of activations that share their scale, one a set of channels.

    Args:
        graph: the float model.
        ranges: ranges under every observer.
        candidates: filter name → its choices, the reference first.
        observers: names; those that give a group the same ranges as an earlier one are left out.
        base: what no gene decides.
        pruned: what may go of each set.
    """
    weight_genes = [_weight_gene(graph, name, candidates[name]) for name in graph.weights]
    base = base or Config()
    sharing = share_activations(graph, span=own_spans(graph, ranges, base))
    groups, choices = _activation_choices(sharing, ranges, observers)
    activation_genes = [
        Gene(group[0], tuple(Choice(o, 0, 0) for o in options))
        for group, options in zip(groups, choices, strict=True)
    ]
    genes = (*weight_genes, *activation_genes)
    cutting = tuple(range(len(genes), len(genes) + len(pruned)))
    genes = (*genes, *(_channel_gene(graph, one) for one in pruned))
    sizes = RemainingSizes(graph, genes, pruned) if pruned else None
    return ModelSpace(
        Space(genes, cutting, sizes),
        graph.weights,
        tuple(tuple(candidates[name]) for name in graph.weights),
        tuple(choices),
        tuple(groups),
        base,
        pruned,
    )


class RemainingSizes:
    """Bytes of filters that read and give fewer channels."""

    def __init__(
        self, graph: Graph, genes: tuple[Gene, ...], pruned: tuple[PrunedLevels, ...]
    ) -> None:
        groups = Groups(graph, Roles(graph))
        self._genes, self._count = genes, groups.count
        self._gone = [[groups.of[one.name][list(level)] for level in one.levels] for one in pruned]
        ops = {op.inputs[1]: op for op in graph.ops if op.kind.weighted}
        self._ends = [
            (graph.tensors[name].size, groups.of[op.output], groups.of[op.inputs[0]])
            for name in graph.weights
            for op in [ops[name]]
        ]
        self._kinds = [ops[name].kind for name in graph.weights]

    def __call__(self, genome: Genome) -> tuple[Gene, ...]:
        left = np.ones(self._count, np.bool_)
        levels = genome[len(genome) - len(self._gone) :]
        for sets, level in zip(self._gone, levels, strict=True):
            if level:
                left[sets[level - 1]] = False
        genes = list(self._genes)
        for place, (size, outputs, inputs) in enumerate(self._ends):
            left_size = size * int(left[outputs].sum()) // len(outputs)
            kind = self._kinds[place]
            if kind is not DEPTHWISE_CONV_2D:
                left_size = left_size * int(left[inputs].sum()) // len(inputs)
            genes[place] = replace(
                genes[place],
                choices=tuple(
                    replace(c, bytes=filter_bytes(kind, (left_size,), int(c.family)))
                    for c in genes[place].choices
                ),
            )
        return tuple(genes)


def _channel_gene(graph: Graph, one: PrunedLevels) -> Gene:
    """All of them first. Choices cost no bytes themselves, as those of activations."""
    count = graph.tensors[one.name].shape[-1]
    gone = [0, *(len(level) for level in one.levels)]
    choices = tuple(Choice(f"{count - each} of {count}", 0, 0) for each in gone)
    return Gene(f"{one.name}{CHANNELS}", choices)


def _weight_gene(graph: Graph, name: str, choices: Sequence[WeightChoice]) -> Gene:
    shape = graph.tensors[name].shape
    kind = next(op.kind for op in graph.ops if op.kind.weighted and op.inputs[1] == name)

    def choice(one: WeightChoice) -> Choice:
        few = len(one.narrow.channels)
        mean = (one.bits * (shape[0] - few) + one.narrow.bits * few) / shape[0] if few else one.bits
        taken = filter_bytes(kind, shape, one.bits, one.narrow)
        return Choice(label(one, shape[0]), taken, mean)

    return Gene(name, tuple(map(choice, choices)))


def _activation_choices(
    sharing: ScaleGroups, ranges: RangeSource, observers: Collection[str]
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Groups that have a choice at all, and for each the observers that differ."""
    ordered = [REFERENCE_OBSERVER, *(o for o in observers if o != REFERENCE_OBSERVER)]
    groups, choices = [], []
    for representative, roots in group_roots(sharing).items():
        members = tuple(dict.fromkeys(_deciding(sharing, roots)))
        if representative in sharing.fixed or not members:
            continue
        found: dict[tuple[tuple[float, float], ...], str] = {}
        for observer in ordered:
            found.setdefault(tuple(ranges.range(n, observer) for n in members), observer)
        groups.append(members)
        choices.append(tuple(found.values()))
    return groups, choices


def _deciding(sharing: ScaleGroups, roots: Sequence[str]) -> Iterator[str]:
    """The activations whose observers decide a group's range and nothing that another gene does."""
    for name in roots:
        source = sharing.source.get(name)
        if source is not None and sharing.representative[source] not in sharing.fixed:
            continue
        if not sharing.graph.tensors[name].is_constant:
            yield source or name
