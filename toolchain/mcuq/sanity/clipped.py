"""Activations that reach beyond what calibration saw."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import Ranges
from mcuq.data import Dataset
from mcuq.findings import Finding, about_data
from mcuq.graph import Graph
from mcuq.interpret.float.run import visit_activations
from mcuq.sanity.settings import RESULTS


def clipped_findings(graph: Graph, ranges: Ranges, data: Dataset, seen: int) -> tuple[Finding, ...]:
    """The activation of which most values lie beyond what calibration saw, if they are many.

    Args:
        ranges: with "minmax" among them.
        data: evaluation samples.
        seen: calibration samples. Of new samples of the same kind a share of 2 / (seen + 1) lies
            beyond the least or the greatest of them; `RESULTS.by_chance` times as many are a sign.
    """
    step = -(-len(data) // RESULTS.samples)
    inputs = [x[::step] for x in data.inputs]
    bounds = {name: ranges.range(name, "minmax") for name in graph.activations}
    values, samples = dict.fromkeys(bounds, 0.0), dict.fromkeys(bounds, 0)

    def see(name: str, activation: npt.NDArray[np.float32]) -> None:
        shares = _outside(activation, *bounds[name])
        values[name] += float(shares.sum())
        samples[name] += int(np.count_nonzero(shares))

    with np.errstate(over="ignore", invalid="ignore"):
        for _ in visit_activations(graph, inputs, see):
            pass
    count = len(inputs[0])
    usual = max(1.0, RESULTS.by_chance * 2 / (seen + 1) * count)
    odd = {
        name: share / count
        for name, share in values.items()
        if share > RESULTS.clipped * count and samples[name] > usual
    }
    if not odd:
        return ()
    worst = max(odd, key=lambda name: odd[name])
    low, high = bounds[worst]
    return (
        about_data(
            "clipped-values",
            f"{odd[worst]:.1%} of the values of {worst!r} on evaluation samples lie beyond its "
            f"calibrated range {low:.4g} to {high:.4g}"
            + (
                f" (and more than {RESULTS.clipped:.0%} of {len(odd) - 1} others)"
                if odd.keys() - {worst}
                else ""
            ),
            "calibrate on more samples, of all kinds that the model will meet",
        ),
    )


def _outside(values: npt.NDArray[np.float32], low: float, high: float) -> npt.NDArray[Any]:
    """Share of each sample's values."""
    rows = values.reshape(len(values), -1)
    # Every range is widened to hold 0.
    below, above = np.float32(min(low, 0.0)), np.float32(max(high, 0.0))
    return np.asarray(((rows < below) | (rows > above)).mean(axis=1))
