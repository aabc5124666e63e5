"""The first stage: model, board and data, read and checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mcuq.calibrate import Statistics
from mcuq.calibrate.files import read_statistics
from mcuq.data import Dataset, fingerprint, load_data
from mcuq.errors import UsageError
from mcuq.evaluate.metrics import Metric, get_metric
from mcuq.frontends import load_model
from mcuq.graph import Graph
from mcuq.pipeline.request import BuildRequest
from mcuq.search import Limits
from mcuq.units import Share
from mcuq_hil.boards import Board, load_board


@dataclass(frozen=True)
class Loaded:
    """Attributes:
    calibration, search, evaluation: samples; the last two fall back to the one before.
    limits: bytes; flash and RAM are the board's where nothing less was asked.
    statistics: of an earlier calibration, where one is given.
    inputs: role → SHA-256 of the file.
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


def load(request: BuildRequest) -> Loaded:
    """Read everything the request names.

    Raises:
        InputError: a file that cannot be used. UsageError: an unknown metric, a budget larger
            than the board. mcuq_hil's BoardError: no such board.
    """
    board = load_board(request.board)
    graph = load_model(request.model)
    calibration = load_data(request.calibration, graph)
    search = load_data(request.search_data, graph) if request.search_data else calibration
    evaluation = load_data(request.evaluation, graph) if request.evaluation else search
    name = request.metric or ("agreement" if evaluation.labels is None else "top1")
    files = {
        "model": request.model,
        "calibration": request.calibration,
        "search_data": request.search_data,
        "evaluation": request.evaluation,
        "ranges": request.ranges,
    }
    return Loaded(
        graph,
        board,
        calibration,
        search,
        evaluation,
        get_metric(name, request.metric_folder),
        _limits(request, board, graph),
        read_statistics(request.ranges, graph) if request.ranges else None,
        {role: _hash(path) for role, path in files.items() if path is not None},
    )


def _hash(path: Path) -> str:
    return fingerprint(path)


def _limits(request: BuildRequest, board: Board, graph: Graph) -> Limits:
    weight_bytes = request.weight_bytes
    if isinstance(weight_bytes, Share):
        weight_bytes = weight_bytes.of(sum(graph.tensors[name].size for name in graph.weights))
    return Limits(
        _within(request.flash, board.flash.bytes, "flash", board),
        _within(request.ram, board.ram.bytes, "ram", board),
        weight_bytes,
    )


def _within(asked: int | None, available: int, what: str, board: Board) -> int:
    if asked is not None and asked > available:
        raise UsageError(
            f"--{what} {asked:,} B is more than the {available:,} B of {board.name}",
            "ask for less, or choose a larger board",
        )
    return available if asked is None else asked
