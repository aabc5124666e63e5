"""The choices each filter has, and their precomputed integers."""

from __future__ import annotations

from mcuq.calibrate import Ranges
from mcuq.data import Dataset
from mcuq.graph import Graph
from mcuq.progress import ProgressCallback, silent
from mcuq.quantize import WeightChoice
from mcuq.quantize.weights import Bank

PLAIN = (WeightChoice(8), WeightChoice(4))


def weight_candidates(
    graph: Graph, ranges: Ranges, data: Dataset, progress: ProgressCallback = silent
) -> tuple[dict[str, tuple[WeightChoice, ...]], Bank]:
    """For each filter its choices, the reference (plain int8) first, and the bank behind them."""
    return dict.fromkeys(graph.weights, PLAIN), {}
