"""Calibration from and to files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from pathlib import Path

from mcuq.atomic_write import write_atomically
from mcuq.calibrate.calibrate import observe
from mcuq.calibrate.statistics import Statistics
from mcuq.calibrate.store import (
    check_statistics,
    merge_statistics,
    statistics_from_json,
    statistics_to_json,
)
from mcuq.data import load_data
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.progress import ProgressCallback, announce, silent
from mcuq.reading import read_json_file
from mcuq.sanity.outliers import without_outliers


def observe_files(
    graph: Graph,
    data: Sequence[Path],
    earlier: Sequence[Mapping[str, Statistics]] = (),
    progress: ProgressCallback = silent,
    *,
    keep_outliers: bool = False,
) -> dict[str, Statistics]:
    """Statistics of all samples in `data`, after those of `earlier` calibrations.

    Args:
        progress: told of each sample that rules min-max, too.
        keep_outliers: observe those all the same.

    Raises:
        InputError: a file cannot be used, or belongs to another model.
    """
    parts = [dict(part) for part in earlier]
    for path in data:
        samples = load_data(path, graph)
        usual, findings = without_outliers(samples, samples, graph.inputs, keep=keep_outliers)
        announce("calibrate", findings, progress, strict=False)
        parts.append(observe(graph, (samples if keep_outliers else usual).inputs, progress))
    return reduce(merge_statistics, parts)


def read_statistics(path: Path, graph: Graph) -> dict[str, Statistics]:
    """Statistics that `write_statistics` wrote, checked against a model.

    Raises:
        InputError: no such file, not one of these, or of another model.
    """
    content = read_json_file(path, "check the path")
    try:
        statistics = statistics_from_json(content)
        check_statistics(statistics, graph)
    except InputError as error:
        raise InputError(f"{path}: {error.cause}", error.hint) from error
    return statistics


def write_statistics(path: Path, statistics: Mapping[str, Statistics]) -> None:
    """Write the file, all at once.

    Raises:
        InputError: it cannot be written.
    """
    write_atomically(path, statistics_to_json(statistics))
