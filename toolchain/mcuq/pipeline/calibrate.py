"""The ranges that a build starts from."""

from __future__ import annotations

from collections.abc import Mapping

from mcuq.calibrate import OBSERVERS, Ranges, Statistics, observe, ranges_from
from mcuq.findings import Finding
from mcuq.pipeline.load import Loaded
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.scrutiny import range_findings
from mcuq.progress import Progress, ProgressCallback, announce
from mcuq.sanity.stored import stored_range_findings

Findings = tuple[Finding, ...]


def calibrated(
    request: BuildRequest, loaded: Loaded, progress: ProgressCallback
) -> tuple[Mapping[str, Statistics], Ranges, Findings]:
    """Ranges of the calibration samples, or of the file that holds them."""
    progress(Progress("calibrate", note=f"{len(loaded.calibration)} samples"))
    statistics = loaded.statistics or observe(loaded.graph, loaded.calibration.inputs)
    ranges = ranges_from(statistics, dict.fromkeys((*OBSERVERS, request.scheme.observer)))
    known = range_findings(loaded, statistics, ranges)
    if loaded.statistics is None:
        stored, bits = loaded.graph.ranges, request.scheme.config.activation_bits
        known += stored_range_findings(stored, statistics, bits)
        ranges = ranges.prescribed(stored)
    return statistics, ranges, announce("calibrate", known, progress, strict=request.strict)
