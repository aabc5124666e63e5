"""The first half of a build: from a request to the one quantized model that shall be built.

Nothing is emitted yet; the compiler is asked for code sizes, the board (or emulator) for counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import OBSERVERS, Ranges, Statistics, observe, ranges_from
from mcuq.cost import Cost, CostTable, plan_program, program_cost
from mcuq.data import Dataset
from mcuq.errors import BudgetError
from mcuq.findings import Finding
from mcuq.interpret.integer import quantize_inputs
from mcuq.numeric.widths import width_name
from mcuq.pipeline.accuracy import Judge, make_judge
from mcuq.pipeline.advice import budget_hint
from mcuq.pipeline.candidates import cache_dir, weight_candidates
from mcuq.pipeline.costing import cost_table
from mcuq.pipeline.load import Loaded, load
from mcuq.pipeline.measured import measure_front
from mcuq.pipeline.prequantized import Prequantized
from mcuq.pipeline.profile import Target
from mcuq.pipeline.refinement import refine_chosen
from mcuq.pipeline.request import BuildRequest, Scheme
from mcuq.pipeline.result import SearchSummary
from mcuq.pipeline.score_on_boards import judge_front
from mcuq.pipeline.scoring import Candidates
from mcuq.pipeline.scrutiny import float_findings, int8_findings, range_findings
from mcuq.pipeline.search import (
    SearchSettings,
    Stop,
    describe,
    excess,
    fingerprint,
    make_ranker,
    search_configuration,
)
from mcuq.pipeline.settings import SAMPLES
from mcuq.pipeline.space import build_space
from mcuq.pipeline.undefined import check_defined, many_class_findings
from mcuq.pipeline.versions import versions
from mcuq.progress import Progress, ProgressCallback, announce
from mcuq.ptq.candidates import build_bank
from mcuq.quantize import Config, WeightChoice, quantize
from mcuq.quantized import QuantizedGraph
from mcuq.sanity.samples import shared_samples
from mcuq.sanity.stored import stored_range_findings
from mcuq.search import Genome, Limits
from mcuq_hil.farm import read_farm

Int8s = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Found:
    """What the search stage, or the user's fixed choice, decided.

    Attributes:
        candidates: what the search chose from; None without one.
    """

    config: Config
    qgraph: QuantizedGraph
    table: CostTable
    summary: SearchSummary
    candidates: Candidates | None = None


@dataclass(frozen=True)
class Decided:
    """What is known before anything is emitted.

    Attributes:
        plain: min-max throughout, by width.
        judge: of the evaluation samples; None where those are constructed.
        findings: what looked wrong on the way.
    """

    loaded: Loaded
    target: Target
    statistics: Mapping[str, Statistics]
    plain: Mapping[int, QuantizedGraph]
    found: Found
    judge: Judge | None = None
    findings: tuple[Finding, ...] = ()


def decide(request: BuildRequest, progress: ProgressCallback, *, is_build: bool = True) -> Decided:
    """Load, calibrate, and search (or take the given configuration).

    Args:
        is_build: plain int8 is judged before a search, since a build reports it.

    Raises:
        InputError, UsageError, BudgetError, DeviceError, mcuq_hil's HilError: as
            `mcuq.pipeline.build.build`.
    """
    progress(Progress("load"))
    loaded = load(request)
    findings = loaded.findings
    findings += many_class_findings(loaded.graph, request.scheme.config.activation_bits)
    if is_build and request.fixed is None and request.config is None and loaded.given is None:
        findings += shared_samples(loaded.search, loaded.evaluation)
    announce("load", findings, progress, strict=request.strict)
    target = Target(loaded.board, request.optimize, request.port, loaded.kernel_library)
    judge = None
    if loaded.is_measured:
        progress(Progress("evaluate", note=f"{len(loaded.evaluation)} samples, float"))
        judge = make_judge(loaded.graph, loaded.evaluation, loaded.metric)
        known = float_findings(judge)
        findings += announce("evaluate", known, progress, strict=request.strict)
    if loaded.given is not None and request.as_is:
        found = _as_is(request.scheme, loaded.given, loaded, target)
        return Decided(loaded, target, {}, {}, found, judge, findings)
    progress(Progress("calibrate", note=f"{len(loaded.calibration)} samples"))
    statistics = loaded.statistics or observe(loaded.graph, loaded.calibration.inputs)
    ranges = ranges_from(statistics, dict.fromkeys((*OBSERVERS, request.scheme.observer)))
    known = range_findings(loaded, statistics, ranges)
    if loaded.statistics is None:
        stored, bits = loaded.graph.ranges, request.scheme.config.activation_bits
        known += stored_range_findings(stored, statistics, bits)
        ranges = ranges.prescribed(stored)
    findings += announce("calibrate", known, progress, strict=request.strict)
    plain = {bits: _plain(request, loaded, ranges, bits) for bits in request.scheme.bits}
    check_defined(plain[8], loaded.evaluation.inputs)
    if request.fixed is not None:
        found = _fixed(request, request.fixed, loaded, target, ranges, plain[8])
    elif loaded.prescribed is not None:
        found = _configured(request, loaded.prescribed, loaded, target, ranges, plain[8])
    elif loaded.given is not None:
        found = _only("given", request.scheme, loaded.given, loaded, target, plain[8])
    else:
        if judge is not None and is_build:
            progress(Progress("evaluate", note="plain int8, exact arithmetic"))
            known = int8_findings(judge, plain[8])
            findings += announce("evaluate", known, progress, strict=request.strict)
        found = _searched(request, loaded, target, ranges, plain, progress)
    return Decided(loaded, target, statistics, plain, found, judge, findings)


def _plain(request: BuildRequest, loaded: Loaded, ranges: Ranges, bits: int) -> QuantizedGraph:
    """Min-max throughout, every filter at one width."""
    base = request.scheme.config
    choice = replace(base.default_weight, bits=bits)
    return quantize(loaded.graph, ranges, replace(base, default_weight=choice))


def first_sample(qgraph: QuantizedGraph, data: Dataset) -> list[Int8s]:
    """One sample as the model takes it, an array an input."""
    return [x[0] for x in quantize_inputs(qgraph, [x[:1] for x in data.inputs])]


def _searched(
    request: BuildRequest,
    loaded: Loaded,
    target: Target,
    ranges: Ranges,
    plain: dict[int, QuantizedGraph],
    progress: ProgressCallback,
) -> Found:
    base = request.scheme.config
    progress(Progress("candidates"))
    choices, bank = weight_candidates(
        loaded.graph,
        ranges,
        loaded.calibration,
        widths=request.scheme.bits,
        config=base,
        workers=request.workers,
        progress=progress,
    )
    space = build_space(loaded.graph, ranges, choices, OBSERVERS, base)
    progress(Progress("compile", note=f"kernels for {loaded.board.core}"))
    deployed = {bits: request.scheme.deployed(qgraph) for bits, qgraph in plain.items()}
    table = cost_table(target, deployed, first_sample(deployed[8], loaded.calibration))
    candidates = Candidates(loaded.graph, ranges, bank, space)
    settings = SearchSettings(
        request.method,
        Stop(request.evaluations, request.seconds, request.patience),
        request.seed,
        request.workers,
        request.output.parent / f".{request.output.name}.search.jsonl",
        fingerprint([loaded.inputs, space.space, base, loaded.limits, versions()]),
    )
    genome, summary = search_configuration(
        candidates, loaded.search, table, loaded.limits, settings, progress
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
    )


def _on_farm(
    request: BuildRequest,
    farm: Path,
    loaded: Loaded,
    target: Target,
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
    judged = judge_front(
        target,
        summary.front,
        emitted,
        loaded.graph,
        loaded.search.take(request.farm_samples),
        loaded.metric,
        places,
        progress,
    )
    return replace(summary, measured=measured, judged=judged)


def _fixed(
    request: BuildRequest,
    choice: WeightChoice,
    loaded: Loaded,
    target: Target,
    ranges: Ranges,
    int8: QuantizedGraph,
) -> Found:
    """No search: every filter takes `choice`."""
    base = request.scheme.config
    _, bank = weight_candidates(
        loaded.graph, ranges, loaded.calibration, methods=(choice,), config=base
    )
    config = replace(base, default_weight=replace(choice, per=request.scheme.weights_per))
    given = Prequantized(quantize(loaded.graph, ranges, config, bank), config)
    return _only("fixed", request.scheme, given, loaded, target, int8)


def _configured(
    request: BuildRequest,
    config: Config,
    loaded: Loaded,
    target: Target,
    ranges: Ranges,
    int8: QuantizedGraph,
) -> Found:
    """No search: every tensor takes what the file says."""
    bank = build_bank(
        loaded.graph,
        ranges,
        loaded.calibration.take(SAMPLES.candidates).inputs,
        methods=sorted({config.weight(name) for name in loaded.graph.weights}),
        config=request.scheme.config,
        cache_dir=cache_dir(),
        workers=request.workers,
    )
    given = Prequantized(quantize(loaded.graph, ranges, config, bank), config)
    return _only("given", request.scheme, given, loaded, target, int8)


def _only(
    method: str,
    scheme: Scheme,
    given: Prequantized,
    loaded: Loaded,
    target: Target,
    int8: QuantizedGraph,
) -> Found:
    """No search: the one quantization there is, if it fits."""
    qgraph, narrowest = scheme.deployed(given.qgraph), given.narrowest
    sample = first_sample(qgraph, loaded.calibration)
    table = cost_table(target, {8: scheme.deployed(int8), narrowest: qgraph}, sample)
    throughout = f"{width_name(narrowest)} throughout"
    _check_fits(throughout if method == "fixed" else _QUANTIZED, table, narrowest, loaded.limits)
    ranker = make_ranker(loaded.graph, loaded.search)
    span = (0, len(loaded.search))
    losses = (float(ranker.losses(one, span).mean()) for one in (given.qgraph, int8))
    return Found(given.config, qgraph, table, _summary(method, table, *losses))


def _as_is(scheme: Scheme, given: Prequantized, loaded: Loaded, target: Target) -> Found:
    """No search and nothing beside it: int8 baselines would need calibration data."""
    qgraph, narrowest = scheme.deployed(given.qgraph), given.narrowest
    sample = first_sample(qgraph, loaded.evaluation)
    int8 = scheme.deployed(_stored_in_int8(given.qgraph))
    table = cost_table(target, {8: int8, narrowest: qgraph}, sample)
    _check_fits(_QUANTIZED, table, narrowest, loaded.limits)
    return Found(given.config, qgraph, table, _summary("given", table))


def _stored_in_int8(qgraph: QuantizedGraph) -> QuantizedGraph:
    """The same integers, each of a filter in a byte of its own."""
    filters = {op.inputs[1] for op in qgraph.ops if op.kind.weighted}
    widened = {name: replace(qgraph.tensors[name], bits=8) for name in filters}
    return replace(qgraph, tensors={**qgraph.tensors, **widened})


_QUANTIZED = "the model as it is quantized"


def _check_fits(what: str, table: CostTable, bits: int, limits: Limits) -> None:
    cost = whole_cost(table, bits)
    over = excess(cost, limits)
    if over:
        raise BudgetError(
            f"{what} ({describe(cost)}) exceeds the budget: {over}",
            budget_hint(
                cost, limits, "raise the budget, use fewer bits, or let mcuq build search a mix"
            ),
        )


def _summary(
    method: str, table: CostTable, loss: float | None = None, int8_loss: float | None = None
) -> SearchSummary:
    """Of a configuration that was not searched."""
    return SearchSummary(
        method=method,
        evaluations=0,
        budget=0,
        space_size=1,
        loss=loss,
        int8_loss=int8_loss,
        int8_cost=whole_cost(table, 8),
        front=(),
        curve=(),
        labels=(),
        singles={},
    )


def whole_cost(table: CostTable, bits: int) -> Cost:
    """Of one of the table's own programs."""
    program = table.programs[bits]
    return program_cost(program, plan_program(program).arena_bytes, table.code, table.counts)
