"""All that a search chooses from: filters by every method, ranges, and channels where it may."""

from __future__ import annotations

from collections.abc import Sequence

from mcuq.calibrate import OBSERVERS, Ranges
from mcuq.data import Dataset
from mcuq.graph import Graph
from mcuq.pipeline.candidates import cut_candidates
from mcuq.pipeline.mixed_channels import with_mixed
from mcuq.pipeline.pruning import Pruning, cuts
from mcuq.pipeline.scoring import Candidates
from mcuq.pipeline.space import build_space
from mcuq.progress import ProgressCallback, silent
from mcuq.prune import channel_sets, measure_channels, pruned_levels
from mcuq.quantize import Config


def search_candidates(
    graph: Graph,
    ranges: Ranges,
    calibration: Dataset,
    *,
    widths: Sequence[int] = (8, 4),
    drop_channels: bool = False,
    mixed_channels: bool = False,
    config: Config | None = None,
    workers: int = 1,
    progress: ProgressCallback = silent,
) -> Candidates:
    """Of every filter of `graph`, in the widths asked for.

    Args:
        ranges: under every observer.
        calibration: what filters are fitted to.
        drop_channels: whether channels can go.
        mixed_channels: whether a filter can have two widths; not with `drop_channels`.
        config: what no gene decides.
    """
    statistics = measure_channels(graph, calibration.inputs) if drop_channels else {}
    levels = pruned_levels(graph, channel_sets(graph), statistics) if drop_channels else ()
    choices, banks = cut_candidates(
        graph,
        ranges,
        calibration,
        cuts(graph, levels),
        widths=widths,
        config=config,
        workers=workers,
        progress=progress,
    )
    if mixed_channels:
        choices = with_mixed(
            graph,
            ranges,
            calibration,
            choices,
            banks[0],
            widths=widths,
            config=config or Config(),
        )
    space = build_space(graph, ranges, choices, OBSERVERS, config, levels)
    pruning = Pruning(graph, levels, statistics, banks) if levels else None
    return Candidates(graph, ranges, banks[0], space, pruning)
