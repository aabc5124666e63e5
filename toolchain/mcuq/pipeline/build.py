"""`mcuq build` and `mcuq quantize` as one function: a request in, files and a result out."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mcuq.compiler.chosen import compiling_with
from mcuq.cost import Cost, CostTable, constant_bytes, program_cost
from mcuq.emit.c.names import Names
from mcuq.errors import BudgetError
from mcuq.findings import Finding
from mcuq.interpret.integer import quantize_inputs, run_integer
from mcuq.pipeline.accuracy import (
    Baseline,
    EvaluationScorer,
    Reals,
    one_shot_baseline,
    real_outputs,
    score_members,
    uniform_baseline,
)
from mcuq.pipeline.advice import margin_hint
from mcuq.pipeline.check import check_runs
from mcuq.pipeline.deploy import Deployed, deploy, verify
from mcuq.pipeline.estimated import estimated
from mcuq.pipeline.found import Found, first_sample, whole_cost
from mcuq.pipeline.layers import describe_layers
from mcuq.pipeline.load import Loaded
from mcuq.pipeline.original import Original, compare_original
from mcuq.pipeline.profile import Profiled
from mcuq.pipeline.pruning import pruning_figures
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.result import Accuracy, BuildResult, Footprint, SearchSummary
from mcuq.pipeline.scores import scores_kept
from mcuq.pipeline.scrutiny import built_findings, int8_findings
from mcuq.pipeline.search import describe, excess
from mcuq.pipeline.select import Selected, select
from mcuq.pipeline.slow import slow_findings
from mcuq.pipeline.undefined import check_defined
from mcuq.pipeline.versions import versions
from mcuq.pipeline.where_lost import where_lost
from mcuq.progress import Progress, ProgressCallback, announce, silent
from mcuq.result.manifest import AlsoMeasured
from mcuq.score.choice import companions
from mcuq.score.scores import Score
from mcuq.search import Limits
from mcuq.workers import working_on


def build(request: BuildRequest, folder: Path, progress: ProgressCallback = silent) -> BuildResult:
    """Run every stage.

    Args:
        request: what is asked for.
        folder: an existing, empty directory: model.tflite, model/ and firmware.elf/.bin go there.

    Raises:
        InputError, UsageError: something the request names cannot be used.
        BudgetError: nothing fits.
        DeviceError, mcuq_hil's HilError: the compiler, the board or the link failed, or outputs
            are not equal.
    """
    check_runs(request)
    with compiling_with(request.compiler), _workers_of(request), scores_kept(request):
        selected = select(request, progress)
        result = _finish(request, selected, folder, progress)
        return replace(result, statistics=selected.statistics)


def search(
    request: BuildRequest, progress: ProgressCallback = silent
) -> tuple[SearchSummary, Limits]:
    """The stages up to the decision: nothing is emitted, linked or verified.

    Returns:
        How the configuration was found, and what it was not to exceed.

    Raises:
        InputError, UsageError, BudgetError, DeviceError, mcuq_hil's HilError: as `build`.
    """
    with compiling_with(request.compiler), _workers_of(request), scores_kept(request):
        selected = select(request, progress, is_build=False)
        return selected.found.summary, selected.loaded.limits


def _workers_of(request: BuildRequest) -> AbstractContextManager[None]:
    return working_on(request.scheduler, request.dask, request.workers)


def _finish(
    request: BuildRequest, selected: Selected, folder: Path, progress: ProgressCallback
) -> BuildResult:
    """Evaluate, emit, compile, run, compare."""
    loaded, target, found = selected.loaded, selected.target, selected.found
    progress(Progress("evaluate", note=f"{len(loaded.evaluation)} samples, exact arithmetic"))
    check_defined(found.qgraph, loaded.evaluation.inputs)
    inputs = quantize_inputs(found.qgraph, loaded.evaluation.inputs)
    outputs = run_integer(found.qgraph, inputs)
    expected = [outputs[name] for name in found.qgraph.outputs]
    reals = real_outputs(found.qgraph, outputs)
    accuracy, findings = _accuracy(selected, reals, progress)
    scorer = selected.scorer
    kept = {} if found.variant is None else found.variant.kept
    lost = None if scorer is None else where_lost(scorer, found.qgraph, reals, kept)
    announce("evaluate", findings, progress, strict=request.strict)
    progress(Progress("build", note=loaded.board.title))
    sample = first_sample(found.qgraph, loaded.evaluation)
    deployed = deploy(target, found.qgraph, sample, folder, Names(request.name))
    slow = slow_findings(deployed.memory.program)
    announce("build", slow, progress, strict=request.strict)
    footprint = _footprint(deployed, found.own_table or found.table)
    _check_fit(footprint, deployed.profiled, loaded)
    given = loaded.given
    original = Original(None)
    if given is not None and given.source is not None:
        progress(Progress("verify", note="the file that was given, in TFLite Micro"))
        original = compare_original(given.source, found.qgraph, inputs, expected, request.workers)
        announce("verify", original.findings, progress, strict=request.strict)
    verified = verify(
        target,
        deployed,
        inputs,
        expected,
        request.device_samples,
        request.workers,
        progress,
        original=original.equal,
    )
    return BuildResult(
        graph=loaded.graph,
        qgraph=found.qgraph,
        config=found.config,
        memory=deployed.memory,
        limits=loaded.limits,
        accuracy=accuracy,
        footprint=footprint,
        layers=describe_layers(deployed.memory.program, found.config, deployed.profiled),
        device=verified.device,
        count=verified.count,
        estimate=estimated(loaded.board, verified.estimate) if verified.estimate else None,
        verification=verified.verification.model_copy(update=_provenance(loaded)),
        search=found.summary,
        seed=request.seed,
        optimize=request.optimize,
        inputs=loaded.inputs,
        versions=versions(),
        eliminated=loaded.eliminated,
        pruned=pruning_figures(loaded.graph, found.variant, found.config),
        findings=(*selected.findings, *findings, *slow, *original.findings),
        lost=lost,
    )


def _provenance(loaded: Loaded) -> dict[str, Any]:
    """What the verification says of the samples and of the model file's own runtime."""
    imported = loaded.imported
    return {
        "constructed": not loaded.is_measured,
        "import_runtime": imported.runtime,
        "import_samples": imported.samples,
        "import_difference": imported.difference,
    }


def _accuracy(
    selected: Selected, outputs: Reals, progress: ProgressCallback
) -> tuple[Accuracy, tuple[Finding, ...]]:
    """Of what is built, with these outputs, and of what there is beside it."""
    scorer = selected.scorer
    if scorer is None:
        return Accuracy(selected.loaded.metric, None, None, None, 0), ()
    built = scorer.of(outputs)
    accuracy = replace(_compared(selected, scorer, built, progress), also=_also(scorer, outputs))
    plain = selected.plain.get(8)
    known = () if plain is None else int8_findings(scorer, plain)
    found = (*known, *built_findings(scorer, built, known))
    return accuracy, tuple(finding for finding in found if finding not in selected.findings)


def _also(scorer: EvaluationScorer, outputs: Reals) -> tuple[AlsoMeasured, ...]:
    floats, built = scorer.predictions(scorer.reference), scorer.predictions(outputs)
    return tuple(
        AlsoMeasured(
            metric=metric.name, float_=metric.compute(floats), quantized=metric.compute(built)
        )
        for metric in companions(scorer.metric, floats)
    )


def _compared(
    selected: Selected, scorer: EvaluationScorer, built: Score, progress: ProgressCallback
) -> Accuracy:
    """Beside what is built: the front, plain int8, and after a search plain int4 and one-shot."""
    found, limits = selected.found, selected.loaded.limits
    members: tuple[float | None, ...] = ()
    losses = {} if found.summary.int8_loss is None else {8: found.summary.int8_loss}
    baselines: list[Baseline] = []
    int8 = None
    if 8 in selected.plain:
        int8 = scorer.of_model(selected.plain[8])
        plain = selected.plain[8]
        baselines.append(uniform_baseline(scorer, 8, plain, _cost(found, 8), limits, losses))
    if found.candidates is not None:
        members = score_members(scorer, found.summary.front, found.candidates.quantize, progress)
        if 4 in selected.plain:
            plain = selected.plain[4]
            baselines.append(uniform_baseline(scorer, 4, plain, _cost(found, 4), limits, losses))
        if found.summary.one_shot is not None:
            baselines.append(one_shot_baseline(scorer, found.candidates, found.summary.one_shot))
    return Accuracy(
        metric=scorer.metric,
        float_model=scorer.float_model,
        int8=int8,
        built=built,
        samples=len(scorer.data),
        members=members,
        baselines=tuple(baselines),
    )


def _cost(found: Found, bits: int) -> Cost:
    return whole_cost(found.table, bits)


def _footprint(deployed: Deployed, table: CostTable) -> Footprint:
    image = deployed.image
    predicted = program_cost(deployed.memory, table)
    constants = constant_bytes(deployed.memory).total
    return Footprint(
        flash=image.flash_bytes,
        flash_model=constants,
        flash_code=image.flash_bytes - constants,
        weight_bytes=predicted.weight_bytes,
        ram=image.ram_bytes,
        arena=deployed.memory.arena_bytes,
        stack=image.stack_bytes,
        predicted=predicted,
    )


def _check_fit(footprint: Footprint, profiled: Profiled | None, loaded: Loaded) -> None:
    """The linked image is judged, not the prediction."""
    cycles = None if profiled is None else sum(profiled.cycles)
    linked = Cost(footprint.flash, footprint.ram, footprint.weight_bytes, 0, cycles)
    over = excess(linked, loaded.limits)
    if over:
        raise BudgetError(
            f"the linked image ({describe(linked)}) exceeds the budget: {over}",
            margin_hint(linked, loaded.limits),
        )
