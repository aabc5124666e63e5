"""All filters of a configuration solved anew: each on what reaches it in that mix of widths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mcuq.graph import Graph
from mcuq.interpret.samples import SampleArray
from mcuq.ptq.candidates.prefixes import Prefixes
from mcuq.ptq.candidates.recipe import RECIPES
from mcuq.ptq.candidates.sequence import Walk
from mcuq.ptq.refine.start import REFINED
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config
from mcuq.quantize.weights import Bank

_RECIPE = "refit"


class FilterSolver:
    """Every filter by least-squares refit and descent, in execution order, for any configuration of
    a model; what the float model computes on the samples is kept, and what was solved.

    Args:
        graph: the float model.
        ranges: its activation ranges.
        inputs: real samples to solve on, (N, …) for each input.
    """

    def __init__(self, graph: Graph, ranges: RangeSource, inputs: Sequence[SampleArray]) -> None:
        self._walk = Walk(graph, ranges, Config(), inputs)
        self._solved = Prefixes()

    def __call__(self, config: Config) -> Bank:
        """For each filter one choice, its method `REFINED`.

        Args:
            config: widths of the filters, observers of the activations.
        """
        walk = self._walk.under(config)
        choices = {name: replace(config.weight(name), method=REFINED) for name in walk.filters}
        (weights,) = walk.on_quantized_inputs(choices, RECIPES[_RECIPE], self._solved)
        return {(name, choices[name]): weights[name] for name in choices}
