"""All filters of a configuration solved anew: each on what reaches it in that mix of widths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mcuq.graph import Graph
from mcuq.interpret.samples import SampleArray
from mcuq.ptq.candidates.recipe import RECIPES
from mcuq.ptq.candidates.sequence import Walk
from mcuq.ptq.refine.start import REFINED
from mcuq.quantize.activations import RangeSource
from mcuq.quantize.config import Config
from mcuq.quantize.weights import Bank

_RECIPE = "refit"


def solve_anew(
    graph: Graph, ranges: RangeSource, config: Config, inputs: Sequence[SampleArray]
) -> Bank:
    """Every filter by least-squares refit and descent, in execution order.

    Args:
        config: widths of the filters, observers of the activations.
        inputs: real samples to solve on, (N, …) for each input.

    Returns:
        For each filter one choice, its method `REFINED`.
    """
    walk = Walk(graph, ranges, config, inputs)
    choices = {name: replace(config.weight(name), method=REFINED) for name in walk.filters}
    (weights,) = walk.on_quantized_inputs(choices, RECIPES[_RECIPE])
    return {(name, choices[name]): weights[name] for name in choices}
