"""The first half of a build: from a request to the one quantized model that shall be built.

Nothing is emitted yet; the compiler is asked for code sizes, the board (or emulator) for counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mcuq.calibrate import Ranges, Statistics
from mcuq.findings import Finding
from mcuq.pipeline.accuracy import EvaluationScorer, make_scorer
from mcuq.pipeline.calibrate import calibrated
from mcuq.pipeline.found import Found
from mcuq.pipeline.load import Loaded, load
from mcuq.pipeline.profile import ProfileTarget
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.scrutiny import float_findings, int8_findings
from mcuq.pipeline.searched import searched
from mcuq.pipeline.undefined import check_defined, many_class_findings
from mcuq.pipeline.unsearched import as_is, configured, fixed, only
from mcuq.progress import Progress, ProgressCallback, announce
from mcuq.quantize import quantize
from mcuq.quantized import QuantizedGraph
from mcuq.sanity.samples import shared_samples
from mcuq.score.metrics import metric_name, runs_user_code

Findings = tuple[Finding, ...]


@dataclass(frozen=True)
class Selected:
    """What is known before anything is emitted.

    Attributes:
        plain: min-max throughout, by width.
        scorer: of the evaluation samples; None where those are constructed.
        findings: what looked wrong on the way.
    """

    loaded: Loaded
    target: ProfileTarget
    statistics: Mapping[str, Statistics]
    plain: Mapping[int, QuantizedGraph]
    found: Found
    scorer: EvaluationScorer | None = None
    findings: tuple[Finding, ...] = ()


def select(request: BuildRequest, progress: ProgressCallback, *, is_build: bool = True) -> Selected:
    """Load, calibrate, and search (or take the given configuration).

    Args:
        is_build: plain int8 is judged before a search, since a build reports it.

    Raises:
        InputError, UsageError, BudgetError, DeviceError, mcuq_hil's HilError: as
            `mcuq.pipeline.build.build`.
    """
    loaded, findings = _loaded(request, progress, is_build)
    target = ProfileTarget(
        loaded.board, request.optimize, request.port, loaded.kernel_library, request.safety
    )
    scorer = None
    if loaded.is_measured:
        scorer, known = _float_model(request, loaded, progress)
        findings += known
    if loaded.given is not None and request.as_is:
        found = as_is(request.scheme, loaded.given, loaded, target)
        return Selected(loaded, target, {}, {}, found, scorer, findings)
    statistics, ranges, known = calibrated(request, loaded, progress)
    findings += known
    plain = {bits: _plain(request, loaded, ranges, bits) for bits in request.scheme.bits}
    check_defined(plain[8], loaded.evaluation.inputs)
    if request.fixed is not None:
        found = fixed(request, request.fixed, loaded, target, ranges, plain[8])
    elif loaded.prescribed is not None:
        found = configured(request, loaded.prescribed, loaded, target, ranges, plain[8])
    elif loaded.given is not None:
        found = only("given", request.scheme, loaded.given, loaded, target, plain[8])
    else:
        if scorer is not None and is_build:
            progress(Progress("evaluate", note="plain int8, exact arithmetic"))
            known = int8_findings(scorer, plain[8])
            findings += announce("evaluate", known, progress, strict=request.strict)
        found = searched(request, loaded, target, ranges, plain, progress)
    return Selected(loaded, target, statistics, plain, found, scorer, findings)


def _loaded(
    request: BuildRequest, progress: ProgressCallback, is_build: bool
) -> tuple[Loaded, Findings]:
    """The model, its data and its board, and what looks wrong about them."""
    note = ""
    if request.metric is not None and runs_user_code(request.metric):
        note = f"metric {metric_name(request.metric)}: runs code of this project"
    progress(Progress("load", note=note))
    loaded = load(request)
    findings = loaded.findings
    findings += many_class_findings(loaded.graph, request.scheme.config.activation_bits)
    if is_build and request.fixed is None and request.config is None and loaded.given is None:
        findings += shared_samples(loaded.search, loaded.evaluation)
    announce("load", findings, progress, strict=request.strict)
    return loaded, findings


def _float_model(
    request: BuildRequest, loaded: Loaded, progress: ProgressCallback
) -> tuple[EvaluationScorer, Findings]:
    """The float model on the evaluation samples: what the others are judged by."""
    progress(Progress("evaluate", note=f"{len(loaded.evaluation)} samples, float"))
    scorer = make_scorer(loaded.graph, loaded.evaluation, loaded.metric)
    known = float_findings(scorer)
    return scorer, announce("evaluate", known, progress, strict=request.strict)


def _plain(request: BuildRequest, loaded: Loaded, ranges: Ranges, bits: int) -> QuantizedGraph:
    """Min-max throughout, every filter at one width."""
    base = request.scheme.config
    choice = replace(base.default_weight, bits=bits)
    return quantize(loaded.graph, ranges, replace(base, default_weight=choice))
