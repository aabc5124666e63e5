"""Which activations' scales are trained, and the ranges that stand for trained ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from mcuq.graph import Graph
from mcuq.numeric import INT8_MAX, INT8_MIN
from mcuq.numeric.elementary import exp, log
from mcuq.ops.operator import Values as Array
from mcuq.quantize.activations import RangeSource, own_spans
from mcuq.quantize.config import Config
from mcuq.quantize.joins import Range
from mcuq.quantize.masks import MaskedRanges, with_near_masks
from mcuq.quantize.scale_groups import ScaleGroups, group_roots, share_activations
from mcuq.quantized.qgraph import QuantizedGraph

REFINED = "refined"
"""Method name of refined filters, observer of activations whose range was trained."""


@dataclass(frozen=True)
class TrainedRanges:
    """Calibrated ranges, and under the observer `REFINED` trained ones.

    Attributes:
        trained: activation → (low, high).
    """

    calibrated: RangeSource
    trained: Mapping[str, Range]

    def range(self, tensor: str, observer: str) -> Range:
        """(low, high) of an activation as one observer sees it."""
        if observer == REFINED:
            return self.trained[tensor]
        return self.calibrated.range(tensor, observer)


@dataclass(frozen=True)
class Grids:
    """The groups of activations whose scales are trained; zero points stay.

    Attributes:
        members: group → all activations of its scale.
        roots: group → those whose ranges decide it.
        symmetric: zero points are 0.
    """

    members: Mapping[str, tuple[str, ...]]
    roots: Mapping[str, tuple[str, ...]]
    symmetric: bool = False

    @property
    def group_of(self) -> dict[str, str]:
        """Activation → its group."""
        return {name: group for group, names in self.members.items() for name in names}

    def log_steps(self, qgraph: QuantizedGraph) -> dict[str, Array]:
        """Log of each group's scale, (1,)."""
        return {group: log(qgraph.tensors[group].scale.astype(float)) for group in self.members}

    def at(self, qgraph: QuantizedGraph, log_step: Mapping[str, Array]) -> QuantizedGraph:
        """The graph with the groups' scales replaced."""
        scales = {group: exp(value).astype(np.float32) for group, value in log_step.items()}
        group_of = self.group_of
        tensors = {
            name: replace(tensor, scale=scales[group_of[name]]) if name in group_of else tensor
            for name, tensor in qgraph.tensors.items()
        }
        return replace(qgraph, tensors=tensors)

    def ranges(self, qgraph: QuantizedGraph, log_step: Mapping[str, Array]) -> dict[str, Range]:
        """What calibration would have to find for these scales, by deciding activation."""
        found: dict[str, Range] = {}
        for group, value in log_step.items():
            step = float(exp(value).astype(np.float32)[0])
            zero = qgraph.tensors[group].zero_point
            low, high = (-INT8_MAX, INT8_MAX) if self.symmetric else (INT8_MIN, INT8_MAX)
            found |= dict.fromkeys(self.roots[group], ((low - zero) * step, (high - zero) * step))
        return found


NO_GRIDS = Grids({}, {})
"""Every activation keeps its scale."""


def trained_grids(graph: Graph, ranges: RangeSource, config: Config) -> Grids:
    """Every group but those of inputs, of constants, of prescribed scales and of copies."""
    near, spans = with_near_masks(graph, ranges, config)
    groups = share_activations(near, span=own_spans(near, spans, config))
    members: dict[str, list[str]] = {}
    for name, group in groups.representative.items():
        members.setdefault(group, []).append(name)
    roots = group_roots(groups)
    masked = spans.decided if isinstance(spans, MaskedRanges) else {}
    free = [group for group, names in members.items() if not any(_held(groups, names, masked))]
    free = [group for group in free if group not in groups.fixed and roots[group]]
    return Grids(
        {group: tuple(members[group]) for group in free},
        {group: roots[group] for group in free},
        config.activations == "symmetric",
    )


def _held(groups: ScaleGroups, names: list[str], masked: Mapping[str, Range]) -> Iterator[bool]:
    """Whether something else than the training decides about an activation's scale."""
    graph = groups.graph
    copied = {*groups.source, *groups.source.values(), *groups.known, *masked}
    for name in names:
        yield name in graph.inputs or name in graph.ranges or name in copied
        yield graph.tensors[name].is_constant
