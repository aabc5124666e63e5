"""A configuration with all that it names: what the refinement goes from and to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mcuq.graph import Graph
from mcuq.interpret.samples import SampleArray
from mcuq.ptq.refine.grids import REFINED, TrainedRanges
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config
from mcuq.quantize.joins import Range
from mcuq.quantize.quantize import quantize
from mcuq.quantize.weights import Bank
from mcuq.quantized.qgraph import QuantizedGraph

Inputs = Sequence[SampleArray]


@dataclass(frozen=True)
class State:
    """A configuration with the candidates and ranges that it names."""

    config: Config
    bank: Bank
    ranges: RangeSource

    def quantized(self, graph: Graph) -> QuantizedGraph:
        """Its integer model."""
        return quantize(graph, self.ranges, self.config, self.bank)

    def replaced(self, weights: Bank, trained: Mapping[str, Range] | None = None) -> State:
        """The state with these filters instead, and these ranges."""
        names = {name: choice for name, choice in weights}
        observers = {**self.config.observers, **dict.fromkeys(trained or {}, REFINED)}
        config = replace(self.config, weights={**self.config.weights, **names}, observers=observers)
        ranges = TrainedRanges(self.ranges, trained) if trained else self.ranges
        return State(config, {**self.bank, **weights}, ranges)
