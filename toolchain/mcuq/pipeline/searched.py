"""The configuration that a search finds, refined; on a farm its front is counted on boards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mcuq.calibrate import Ranges
from mcuq.pipeline.costing import cost_table
from mcuq.pipeline.effective import identity
from mcuq.pipeline.found import Found, first_sample
from mcuq.pipeline.load import Loaded
from mcuq.pipeline.measured import measure_front
from mcuq.pipeline.profile import ProfileTarget
from mcuq.pipeline.refinement import refine_chosen
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.result import SearchSummary
from mcuq.pipeline.score_on_boards import score_front
from mcuq.pipeline.scores import log_path
from mcuq.pipeline.scoring import Candidates
from mcuq.pipeline.search import SearchSettings, Stop, fingerprint, search_configuration
from mcuq.pipeline.searchable import search_candidates
from mcuq.pipeline.variant_cost import Costs
from mcuq.pipeline.versions import versions
from mcuq.progress import Progress, ProgressCallback
from mcuq.quantized import QuantizedGraph
from mcuq.search import Genome
from mcuq_hil.farm import read_farm


def searched(
    request: BuildRequest,
    loaded: Loaded,
    target: ProfileTarget,
    ranges: Ranges,
    plain: dict[int, QuantizedGraph],
    progress: ProgressCallback,
) -> Found:
    """Search for every filter's width and every range, then refine what was found."""
    progress(Progress("candidates"))
    calibration = loaded.calibration
    candidates = search_candidates(
        loaded.graph,
        ranges,
        calibration,
        widths=request.scheme.bits,
        drop_channels=request.drop_channels,
        mixed_channels=request.mixed_channels,
        config=request.scheme.config,
        workers=request.workers,
        progress=progress,
    )
    progress(Progress("compile", note=f"kernels for {loaded.board.core}"))
    deployed = {bits: request.scheme.deployed(qgraph) for bits, qgraph in plain.items()}
    table = cost_table(target, deployed, first_sample(deployed[8], calibration))
    is_timed = loaded.limits.cycles is not None
    costs = Costs(candidates, table, target, request.scheme, calibration, is_timed)
    settings = SearchSettings(
        request.method,
        Stop(request.evaluations, request.seconds, request.patience),
        request.seed,
        request.workers,
        log_path(request),
        fingerprint(
            [
                identity(request, loaded.inputs),
                candidates.space.space.genes,
                loaded.limits,
                versions(),
            ]
        ),
        request.exact_scores,
    )
    genome, summary = search_configuration(
        candidates, loaded.calibration, loaded.search, costs, loaded.limits, settings, progress
    )
    if request.farm is not None:
        summary = _on_farm(request, request.farm, loaded, target, candidates, summary, progress)
    refined = refine_chosen(candidates, genome, loaded.calibration, loaded.search, progress)
    return Found(
        refined.config,
        request.scheme.deployed(refined.qgraph),
        table,
        replace(summary, refined=(refined.before, refined.after)),
        candidates,
        costs.table(genome),
        candidates.variant(genome) if refined.config.dropped else None,
    )


def _on_farm(
    request: BuildRequest,
    farm: Path,
    loaded: Loaded,
    target: ProfileTarget,
    candidates: Candidates,
    summary: SearchSummary,
    progress: ProgressCallback,
) -> SearchSummary:
    """The summary with its front's fitting members counted, and judged if asked, on boards."""
    places = read_farm(farm)

    def emitted(genome: Genome) -> QuantizedGraph:
        return request.scheme.deployed(candidates.quantize(genome))

    sample = first_sample(emitted(summary.front[0].genome), loaded.calibration)
    measured = measure_front(target, summary.front, emitted, sample, places, progress)
    if not request.farm_samples:
        return replace(summary, measured=measured)
    scored = score_front(
        target,
        summary.front,
        emitted,
        loaded.graph,
        loaded.search.take(request.farm_samples),
        loaded.metric,
        places,
        progress,
    )
    return replace(summary, measured=measured, scored=scored)
