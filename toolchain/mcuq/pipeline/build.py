"""`mcuq build` and `mcuq quantize` as one function: a request in, files and a result out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mcuq.calibrate import OBSERVERS, Ranges, Statistics, observe, ranges_from
from mcuq.cost import Cost, CostTable, constant_bytes, plan_program, program_cost
from mcuq.data import Dataset
from mcuq.errors import BudgetError
from mcuq.evaluate.float import run_float
from mcuq.evaluate.integer import dequantize_outputs, quantize_inputs, run_integer
from mcuq.evaluate.metrics import Predictions
from mcuq.numeric.widths import width_name
from mcuq.pipeline.candidates import weight_candidates
from mcuq.pipeline.costing import cost_table
from mcuq.pipeline.deploy import Deployed, deploy, verify
from mcuq.pipeline.given import Given, given_quantization
from mcuq.pipeline.judged import judge_front
from mcuq.pipeline.layers import describe_layers
from mcuq.pipeline.load import Loaded, load
from mcuq.pipeline.measured import measure_front
from mcuq.pipeline.polish import polish
from mcuq.pipeline.profile import Target
from mcuq.pipeline.request import BuildRequest, Scheme
from mcuq.pipeline.result import Accuracy, BuildResult, Footprint, SearchSummary
from mcuq.pipeline.scoring import Candidates
from mcuq.pipeline.search import (
    SearchSettings,
    Stop,
    describe,
    excess,
    fingerprint,
    make_ranker,
    search_configuration,
)
from mcuq.pipeline.space import build_space
from mcuq.pipeline.versions import versions
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.quantize import Config, QuantizedGraph, WeightChoice, quantize
from mcuq.search import Genome, Limits
from mcuq_hil.farm import read_farm

Int8s = npt.NDArray[np.int8]
Reals = tuple[npt.NDArray[np.float32], ...]


@dataclass(frozen=True)
class Found:
    """What the search stage, or the user's fixed choice, decided."""

    config: Config
    qgraph: QuantizedGraph
    table: CostTable
    summary: SearchSummary


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
    decided = _decide(request, progress)
    result = _finish(
        request, decided.loaded, decided.target, decided.found, decided.int8, folder, progress
    )
    return replace(result, statistics=decided.statistics)


def search(
    request: BuildRequest, progress: ProgressCallback = silent
) -> tuple[SearchSummary, Limits]:
    """The stages up to the decision: nothing is emitted, linked or verified.

    Returns:
        How the configuration was found, and what it was not to exceed.

    Raises:
        InputError, UsageError, BudgetError, DeviceError, mcuq_hil's HilError: as `build`.
    """
    decided = _decide(request, progress)
    return decided.found.summary, decided.loaded.limits


@dataclass(frozen=True)
class _Decided:
    """What is known before anything is emitted; `int8` is plain min-max."""

    loaded: Loaded
    target: Target
    statistics: Mapping[str, Statistics]
    int8: QuantizedGraph
    found: Found


def _decide(request: BuildRequest, progress: ProgressCallback) -> _Decided:
    progress(Progress("load"))
    loaded = load(request)
    target = Target(loaded.board, request.optimize, request.port)
    progress(Progress("calibrate", note=f"{len(loaded.calibration)} samples"))
    statistics = loaded.statistics or observe(loaded.graph, loaded.calibration.inputs)
    ranges = ranges_from(statistics, dict.fromkeys((*OBSERVERS, request.scheme.observer)))
    plain = {bits: _plain(request, loaded, ranges, bits) for bits in request.scheme.bits}
    given = given_quantization(request.model, loaded.graph, as_is=request.as_is)
    if request.fixed is not None:
        found = _fixed(request, request.fixed, loaded, target, ranges, plain[8])
    elif given is not None:
        found = _decided("given", request.scheme, given, loaded, target, plain[8])
    else:
        found = _searched(request, loaded, target, ranges, plain, progress)
    return _Decided(loaded, target, statistics, plain[8], found)


def _plain(request: BuildRequest, loaded: Loaded, ranges: Ranges, bits: int) -> QuantizedGraph:
    """Min-max throughout, every filter at one width."""
    base = request.scheme.config
    choice = replace(base.default_weight, bits=bits)
    return quantize(loaded.graph, ranges, replace(base, default_weight=choice))


def _sample(qgraph: QuantizedGraph, data: Dataset) -> list[Int8s]:
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
    table = cost_table(target, deployed, _sample(deployed[8], loaded.calibration))
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
    refined = polish(candidates, genome, loaded.calibration, loaded.search, progress)
    return Found(
        refined.config,
        request.scheme.deployed(refined.qgraph),
        table,
        replace(summary, refined=(refined.before, refined.after)),
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

    sample = _sample(emitted(summary.front[0].genome), loaded.calibration)
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
    given = Given(quantize(loaded.graph, ranges, config, bank), config)
    return _decided("fixed", request.scheme, given, loaded, target, int8)


def _decided(
    method: str,
    scheme: Scheme,
    given: Given,
    loaded: Loaded,
    target: Target,
    int8: QuantizedGraph,
) -> Found:
    """No search: the one quantization there is, if it fits."""
    qgraph, narrowest = scheme.deployed(given.qgraph), given.narrowest
    sample = _sample(qgraph, loaded.calibration)
    table = cost_table(target, {8: scheme.deployed(int8), narrowest: qgraph}, sample)
    over = excess(_whole_cost(table, narrowest), loaded.limits)
    if over:
        what = (
            f"{width_name(narrowest)} throughout"
            if method == "fixed"
            else "the model as it is quantized"
        )
        raise BudgetError(
            f"{what} ({describe(_whole_cost(table, narrowest))}) exceeds the budget: {over}",
            "raise the budget, use fewer bits, or let mcuq build search a mix",
        )
    ranker = make_ranker(loaded.graph, loaded.search)
    span = (0, len(loaded.search))
    summary = SearchSummary(
        method=method,
        evaluations=0,
        budget=0,
        space_size=1,
        loss=float(ranker.losses(given.qgraph, span).mean()),
        int8_loss=float(ranker.losses(int8, span).mean()),
        int8_cost=_whole_cost(table, 8),
        front=(),
        curve=(),
        labels=(),
        singles={},
    )
    return Found(given.config, qgraph, table, summary)


def _whole_cost(table: CostTable, bits: int) -> Cost:
    """Of one of the table's own programs."""
    program = table.programs[bits]
    return program_cost(program, plan_program(program).arena_bytes, table.code, table.counts)


def _finish(
    request: BuildRequest,
    loaded: Loaded,
    target: Target,
    found: Found,
    int8: QuantizedGraph,
    folder: Path,
    progress: ProgressCallback,
) -> BuildResult:
    """Evaluate, emit, compile, run, compare."""
    progress(Progress("evaluate", note=f"{len(loaded.evaluation)} samples, exact arithmetic"))
    inputs = quantize_inputs(found.qgraph, loaded.evaluation.inputs)
    outputs = run_integer(found.qgraph, inputs)
    expected = [outputs[name] for name in found.qgraph.outputs]
    accuracy = _accuracy(loaded, int8, _reals(found.qgraph, outputs))
    progress(Progress("build", note=loaded.board.title))
    deployed = deploy(target, found.qgraph, _sample(found.qgraph, loaded.evaluation), folder)
    footprint = _footprint(deployed, found.table)
    _check_fit(footprint, loaded)
    verification, device = verify(
        target, deployed, inputs, expected, request.device_samples, request.workers, progress
    )
    return BuildResult(
        graph=loaded.graph,
        qgraph=found.qgraph,
        config=found.config,
        memory=deployed.memory,
        limits=loaded.limits,
        accuracy=accuracy,
        footprint=footprint,
        layers=describe_layers(deployed.memory.program, found.config, deployed.call_counts),
        device=device,
        verification=verification,
        search=found.summary,
        seed=request.seed,
        optimize=request.optimize,
        inputs=loaded.inputs,
        versions=versions(),
    )


def _accuracy(loaded: Loaded, int8: QuantizedGraph, quantized: Reals) -> Accuracy:
    data = loaded.evaluation
    outputs = run_float(loaded.graph, data.inputs)
    reference = tuple(outputs[name] for name in loaded.graph.outputs)
    plain = run_integer(int8, quantize_inputs(int8, data.inputs))

    def judged(values: Reals) -> float:
        return loaded.metric.compute(Predictions(values, data, reference))

    return Accuracy(
        metric=loaded.metric,
        float_model=judged(reference),
        int8=judged(_reals(int8, plain)),
        quantized=judged(quantized),
        samples=len(data),
    )


def _reals(qgraph: QuantizedGraph, outputs: Mapping[str, Int8s]) -> Reals:
    """Outputs in the graph's order, as real values."""
    values = dequantize_outputs(qgraph, outputs)
    return tuple(values[name] for name in qgraph.outputs)


def _footprint(deployed: Deployed, table: CostTable) -> Footprint:
    program, image = deployed.memory.program, deployed.image
    predicted = program_cost(program, deployed.memory.arena_bytes, table.code, table.counts)
    constants = constant_bytes(program).total
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


def _check_fit(footprint: Footprint, loaded: Loaded) -> None:
    """The linked image is judged, not the prediction."""
    linked = Cost(footprint.flash, footprint.ram, footprint.weight_bytes, 0)
    over = excess(linked, loaded.limits)
    if over:
        raise BudgetError(
            f"the linked image ({describe(linked)}) exceeds the budget: {over}",
            "lower --flash or --ram by as much: the prediction was off",
        )
