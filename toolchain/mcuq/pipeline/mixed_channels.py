"""Filters of two widths, as a search is offered them: a share of the channels in the wider one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mcuq.blocks import wide_first
from mcuq.blocks.settings import BLOCKS
from mcuq.calibrate import Ranges
from mcuq.data import Dataset
from mcuq.graph import Graph
from mcuq.numeric.narrow import Narrow
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantize.weights import Bank

Choices = dict[str, tuple[WeightChoice, ...]]


def with_mixed(
    graph: Graph,
    ranges: Ranges,
    calibration: Dataset,
    choices: Choices,
    bank: Bank,
    *,
    widths: Sequence[int],
    config: Config,
) -> Choices:
    """The choices of every filter, and of those that can have two widths every pair of neighbours
    among `widths`, in every share of `BLOCKS`.

    Args:
        bank: with the filters of `choices`.
        config: what no gene decides.
    """
    if config.activation_bits != 8 or config.wide:
        return choices
    ordered = sorted(widths, reverse=True)
    plain = quantize(graph, ranges, config)
    orders = wide_first(graph, plain, bank, ordered, calibration.inputs)
    found = dict(choices)
    for name, order in orders.items():
        counts = dict.fromkeys(int(share * len(order)) for share in BLOCKS.shares)
        found[name] += tuple(
            WeightChoice(wide, method, narrow=Narrow(narrow, tuple(sorted(order[count:].tolist()))))
            for wide, narrow in pairwise(ordered)
            for count in counts
            if count
            for method in BLOCKS.methods
        )
    return found
