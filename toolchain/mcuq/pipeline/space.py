"""The model's search space: which choices each weight and each activation has."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mcuq.graph import Graph
from mcuq.numeric import stored_bytes, width_name
from mcuq.quantize import Config, WeightChoice
from mcuq.quantize.activations import RangeSource, own_spans
from mcuq.quantize.scale_groups import ScaleGroups, group_roots, share_activations
from mcuq.search import Choice, Gene, Genome, Space

REFERENCE_OBSERVER = "minmax"


@dataclass(frozen=True)
class ModelSpace:
    """A search space and what its choices mean.

    Attributes:
        space: genes of the weights first, then of the activation groups.
        weights: for each weight gene, its choices.
        observers: for each activation gene, its choices.
        groups: for each activation gene, the activations that take its choice.
        base: what no gene decides.
    """

    space: Space
    names: tuple[str, ...]
    weights: tuple[tuple[WeightChoice, ...], ...]
    observers: tuple[tuple[str, ...], ...]
    groups: tuple[tuple[str, ...], ...]
    base: Config = field(default_factory=Config)

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
                self.groups, self.observers, genome[count:], strict=True
            )
            for name in group
        }
        return replace(self.base, weights=weights, observers=observers)

    def widths(self, genome: Genome) -> dict[str, int]:
        """Filter name → bits."""
        return {
            name: choices[index].bits
            for name, choices, index in zip(self.names, self.weights, genome, strict=False)
        }


def label(choice: WeightChoice) -> str:
    """`int4:gptq`."""
    return f"{width_name(choice.bits)}:{choice.method}"


def build_space(
    graph: Graph,
    ranges: RangeSource,
    candidates: Mapping[str, Sequence[WeightChoice]],
    observers: Collection[str],
    base: Config | None = None,
) -> ModelSpace:
    """One gene a filter, one a group of activations that share their scale.

    Args:
        graph: the float model.
        ranges: ranges under every observer.
        candidates: filter name → its choices, the reference first.
        observers: names; those that give a group the same ranges as an earlier one are left out.
        base: what no gene decides.
    """
    weight_genes = [_weight_gene(graph, name, candidates[name]) for name in graph.weights]
    base = base or Config()
    sharing = share_activations(graph, span=own_spans(graph, ranges, base))
    groups, choices = _activation_choices(sharing, ranges, observers)
    activation_genes = [
        Gene(group[0], tuple(Choice(o, 0, 0) for o in options))
        for group, options in zip(groups, choices, strict=True)
    ]
    return ModelSpace(
        Space((*weight_genes, *activation_genes)),
        graph.weights,
        tuple(tuple(candidates[name]) for name in graph.weights),
        tuple(choices),
        tuple(groups),
        base,
    )


def _weight_gene(graph: Graph, name: str, choices: Sequence[WeightChoice]) -> Gene:
    size = graph.tensors[name].size
    return Gene(name, tuple(Choice(label(c), stored_bytes(size, c.bits), c.bits) for c in choices))


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
