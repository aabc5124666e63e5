"""The choices each filter has, and their precomputed integers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mcuq.calibrate import Ranges
from mcuq.data import Dataset
from mcuq.graph import Graph
from mcuq.progress import ProgressCallback, silent
from mcuq.quantize import WeightChoice
from mcuq.quantize.candidates import DEFAULT_METHODS, build_bank
from mcuq.quantize.weights import Bank

PLAIN = (WeightChoice(8), WeightChoice(4))
SAMPLES = 512
"""Calibration samples that the candidates are fitted to: more change little."""


def cache_dir() -> Path:
    """Where candidates are kept between runs: $XDG_CACHE_HOME/mcuq/candidates."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "mcuq" / "candidates"


def weight_candidates(
    graph: Graph,
    ranges: Ranges,
    data: Dataset,
    *,
    methods: Sequence[WeightChoice] = DEFAULT_METHODS,
    workers: int = 1,
    progress: ProgressCallback = silent,
) -> tuple[dict[str, tuple[WeightChoice, ...]], Bank]:
    """For each filter its choices, the reference (plain int8) first, and the bank behind them."""
    bank = build_bank(
        graph,
        ranges,
        data.take(SAMPLES).inputs,
        methods=methods,
        cache_dir=cache_dir(),
        workers=workers,
        progress=progress,
    )
    strong = [choice for choice in methods if choice not in PLAIN]
    return dict.fromkeys(graph.weights, (*PLAIN, *strong)), bank
