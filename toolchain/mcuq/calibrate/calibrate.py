"""Run the float model over calibration data and observe every activation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.calibrate.ranges import Ranges, ranges_from
from mcuq.calibrate.statistics import Statistics
from mcuq.errors import InputError
from mcuq.graph import Graph
from mcuq.interpret.float.run import visit_activations
from mcuq.progress import Progress, ProgressCallback, silent

Data = npt.NDArray[Any] | Sequence[npt.NDArray[Any]]


def calibrate(graph: Graph, batches: Data, observers: Collection[str] = ("minmax",)) -> Ranges:
    """Ranges of every activation over the calibration data, or as the model's file stores them.

    Args:
        graph: the float model.
        batches: array of shape (N, …) for a model with one input, else one array an input.
        observers: names as in `OBSERVERS`.

    Raises:
        InputError: the data has the wrong shape or type, or is not finite, or makes the model's
            values overflow.
        UsageError: an observer is unknown.
    """
    return ranges_from(observe(graph, batches), observers).prescribed(graph.ranges)


def observe(
    graph: Graph, batches: Data, progress: ProgressCallback = silent
) -> dict[str, Statistics]:
    """Statistics of every activation, graph inputs included, by name.

    Statistics of parts of the data can be merged: see `Statistics.merge`.

    Raises:
        InputError: as `calibrate`.
    """
    inputs = [batches] if isinstance(batches, np.ndarray) else list(batches)
    for name, values in zip(graph.inputs, inputs, strict=False):
        _check_finite(name, values)
    statistics: dict[str, Statistics] = {}
    done, total = 0, len(inputs[0]) if inputs else 0

    def see(name: str, values: npt.NDArray[np.float32]) -> None:
        _check_overflow(name, values)
        known = statistics.get(name)
        statistics[name] = Statistics.of(values) if known is None else known.followed_by(values)

    # Overflow is reported by the tensor where it appears, not by NumPy.
    with np.errstate(over="ignore", invalid="ignore"):
        for samples in visit_activations(graph, inputs, see):
            done += samples
            progress(Progress("calibrate", done, total, "samples"))
    return statistics


def _check_overflow(name: str, values: npt.NDArray[np.float32]) -> None:
    if not np.isfinite(values).all():
        raise InputError(
            f"tensor {name!r} overflows on the calibration data",
            "check that the data is scaled as in training",
        )


def _check_finite(name: str, values: npt.NDArray[Any]) -> None:
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        bad = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
        raise InputError(
            f"the data for input {name!r} is not finite (NaN or infinity) in {bad.sum()} of "
            f"{len(values)} samples, first in sample {int(bad.argmax())}",
            "remove or repair these samples",
        )
