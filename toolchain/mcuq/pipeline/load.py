"""The first stage: model, board and data, read and checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mcuq.calibrate import Statistics
from mcuq.choices import check_choice
from mcuq.compiler.kernel_library import KernelLibrary, open_library
from mcuq.data import Dataset, fingerprint, load_data
from mcuq.errors import UsageError
from mcuq.findings import Finding
from mcuq.graph import Graph
from mcuq.importers import load_model
from mcuq.pipeline.check import check_request, input_files
from mcuq.pipeline.config_overrides import read_config, read_dropped, with_narrow
from mcuq.pipeline.constructed import constructed_samples
from mcuq.pipeline.elimination import Reduced, without_idle_channels
from mcuq.pipeline.prequantized import Prequantized, given_quantization
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.statistics import read_statistics
from mcuq.quantize import Config
from mcuq.result.elimination import EliminationFigures
from mcuq.sanity.samples import sample_findings
from mcuq.sanity.sets import scrutinize
from mcuq.sanity.stream import stream_findings
from mcuq.score.choice import suited_metric
from mcuq.score.metrics import Metric
from mcuq.search import Limits
from mcuq.units import Share
from mcuq.witness import NOT_COMPARED, ImportCheck, compare_import
from mcuq_hil.boards import Board, load_board


@dataclass(frozen=True)
class Loaded:
    """Attributes:
    calibration, search, evaluation: samples; the last two fall back to the one before, all to
        constructed ones where a quantized model is built as it is without data. Calibration, and
        search where it falls back, are without outliers.
    limits: bytes; flash and RAM are the board's where nothing less was asked.
    statistics: of an earlier calibration, where one is given.
    inputs: option → SHA-256 of the file that it names.
    kernel_library: whose kernels are linked; None takes mcuq's.
    findings: what is suspicious about model and data.
    prescribed: the choices of the request's `config`.
    given: the integers that the model itself prescribes, where they are to be built.
    is_measured: whether the evaluation samples are data; constructed ones say nothing about
        accuracy.
    imported: how the graph of all channels stood beside the runtime that the model file came from.
    eliminated: the channels that `graph` lacks.
    """

    graph: Graph
    board: Board
    calibration: Dataset
    search: Dataset
    evaluation: Dataset
    metric: Metric
    limits: Limits
    statistics: Mapping[str, Statistics] | None
    inputs: Mapping[str, str]
    kernel_library: KernelLibrary | None = None
    findings: tuple[Finding, ...] = ()
    prescribed: Config | None = None
    given: Prequantized | None = None
    is_measured: bool = True
    imported: ImportCheck = NOT_COMPARED
    eliminated: EliminationFigures | None = None


def load(request: BuildRequest) -> Loaded:
    """Read everything the request names.

    Raises:
        InputError: a file that cannot be used, or that is read otherwise than its own runtime
            runs it. UsageError: a name that is not known, a budget larger than the board.
            CompilerError: the kernel library does not compile. As `check_request` besides.
    """
    check_request(request)
    board = load_board(request.board)
    flash = _within(request.flash, board.flash.bytes, "flash", board)
    ram = _within(request.ram, board.ram.bytes, "ram", board)
    graph = load_model(request.model)
    for name in request.scheme.wide:
        check_choice("--wide", name, graph.activations)
    config = request.config
    prescribed = read_config(config, graph, request.scheme.config) if config else None
    statistics = read_statistics(request.ranges, graph) if request.ranges else None
    given = None
    if request.fixed is None and config is None:
        given = given_quantization(request.model, graph, as_is=request.as_is)
    samples, findings = _samples(request, graph, given)
    findings += stream_findings(
        graph, {"calibration": samples.calibration, "evaluation": samples.evaluation}
    )
    metric, doubts = suited_metric(
        graph, samples.evaluation, request.metric, request.metric_folder, request.metric_output
    )
    if request.farm is not None and request.farm_samples:
        scored = samples.search.take(request.farm_samples)
        suited_metric(
            graph,
            scored,
            request.metric or metric.name,
            request.metric_folder,
            request.metric_output,
        )
    hashes = {option: fingerprint(path) for option, path in input_files(request).items()}
    imported = compare_import(
        request.model, graph, samples.calibration.inputs, integers=not request.as_is
    )
    reduced = Reduced(graph)
    if not request.keep_channels and given is None:
        reduced = without_idle_channels(graph, samples.all, statistics)
    if prescribed is not None and config is not None:
        prescribed = replace(prescribed, dropped=read_dropped(config, reduced.graph))
        prescribed = with_narrow(config, reduced.graph, prescribed)
    library = _library(request, board)
    if library is not None:
        hashes["cmsis_nn"] = library.digest
    return Loaded(
        reduced.graph,
        board,
        samples.calibration,
        samples.search,
        samples.evaluation,
        metric,
        Limits(flash, ram, _weight_bytes(request, reduced.graph), _cycles(request, board)),
        statistics,
        hashes,
        library,
        (*imported.findings, *findings, *doubts, *reduced.findings),
        given=given,
        is_measured=samples.is_measured,
        prescribed=prescribed,
        imported=imported,
        eliminated=reduced.figures,
    )


@dataclass(frozen=True)
class _Samples:
    calibration: Dataset
    search: Dataset
    evaluation: Dataset
    is_measured: bool = True

    @property
    def all(self) -> tuple[Dataset, Dataset, Dataset]:
        return self.calibration, self.search, self.evaluation


def _samples(
    request: BuildRequest, graph: Graph, given: Prequantized | None
) -> tuple[_Samples, tuple[Finding, ...]]:
    """For calibration, search and evaluation, and what is suspicious about them."""
    calibration, search, evaluation = (
        load_data(path, graph) if path is not None else None
        for path in (request.calibration, request.search_data, request.evaluation)
    )
    if calibration is None and not (request.as_is and given is not None):
        raise UsageError(
            "no calibration data is given", "name an .npz of typical samples with --calibration"
        )
    found = calibration or search or evaluation
    if found is None:
        assert given is not None  # without it, calibration data has just been asked for
        found = constructed_samples(given.qgraph)
        return _Samples(found, found, found, is_measured=False), ()
    all_samples = calibration or found
    scored = evaluation or search or all_samples
    if request.as_is or request.ranges is not None:  # the ranges are given
        samples = _Samples(all_samples, search or all_samples, scored)
        return samples, sample_findings({"evaluation": scored}, graph.inputs)
    sets = scrutinize(
        all_samples, search, evaluation, graph.inputs, keep_outliers=request.keep_outliers
    )
    return _Samples(sets.calibration, sets.search, sets.evaluation), sets.findings


def _library(request: BuildRequest, board: Board) -> KernelLibrary | None:
    if request.kernels == "mcuq" or request.cmsis_nn is None:
        return None
    return open_library(request.cmsis_nn, board.core, request.optimize)


def _weight_bytes(request: BuildRequest, graph: Graph) -> int | None:
    if isinstance(request.weight_bytes, Share):
        return request.weight_bytes.of(sum(graph.tensors[name].size for name in graph.weights))
    return request.weight_bytes


def _cycles(request: BuildRequest, board: Board) -> int | None:
    """The smaller of what --max-cycles and --max-ms say."""
    asked = [] if request.max_cycles is None else [request.max_cycles]
    if request.max_ms is not None:
        asked.append(int(request.max_ms * board.core_hz / 1000))
    return min(asked, default=None)


def _within(asked: int | None, available: int, what: str, board: Board) -> int:
    if asked is not None and asked > available:
        raise UsageError(
            f"--{what} {asked:,} B is more than the {available:,} B of {board.name}",
            "ask for less, or choose a larger board",
        )
    return available if asked is None else asked
