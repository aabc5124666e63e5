"""What a request names, checked before anything that takes time: first of all stages.

What only the model can tell (tensors of that name, inputs of that shape) is checked when it has
been read, see `mcuq.pipeline.load`; nothing is searched, compiled or run before that either.
"""

from __future__ import annotations

import os
from pathlib import Path

from mcuq.calibrate.observers import observer
from mcuq.choices import check_choice, choice_hint
from mcuq.compiler.chosen import compiler
from mcuq.compiler.firmware import port_sources
from mcuq.compiler.safety import check_safety
from mcuq.declared import leaves
from mcuq.emit.c.names import check_name
from mcuq.errors import DeviceError, InputError, UsageError
from mcuq.pipeline.request import BuildRequest
from mcuq.score.metrics import built_in_metrics, get_metric, metric_name, runs_user_code
from mcuq.search.methods import OF_BYTES
from mcuq.tflite.wheel import check_oracle
from mcuq_hil.bench import check_emulated
from mcuq_hil.boards import Board, load_board
from mcuq_hil.errors import PortError
from mcuq_hil.farm import counting_unit, read_farm


def check_request(request: BuildRequest) -> None:
    """Refuse what cannot be done, in the order in which a user would look for it.

    Raises:
        InputError: a file that is not there. UsageError: a name that is not known.
        CompilerError: there is no compiler. HilError: no such board, place, port or emulator.
    """
    check_readable(request.model)
    board = load_board(request.board)
    _check_values(request)
    for path in input_files(request).values():
        check_readable(path)
    if request.metric is not None:
        if request.no_user_code and runs_user_code(request.metric):
            raise UsageError(
                f"metric {metric_name(request.metric)} is code, and --no-user-code refuses it",
                f"choose one of {', '.join(built_in_metrics())}",
            )
        get_metric(request.metric, request.metric_folder)
    check_board(board, request.port)
    check_safety(board, request.safety)
    if request.farm is not None:
        counting_unit(read_farm(request.farm), board.name)


def input_files(request: BuildRequest) -> dict[str, Path]:
    """Option → the file or directory that is read for it."""
    inputs = (leaf for leaf in leaves(BuildRequest) if leaf.option.is_input)
    return {leaf.path: path for leaf in inputs if (path := leaf.of(request)) is not None}


def check_readable(path: Path) -> None:
    """Refuse a file or directory that is not there or may not be read.

    Raises:
        InputError: names one of that folder with nearly that name, where there is one.
    """
    try:
        if path.exists():
            if not os.access(path, os.R_OK):
                raise InputError(f"cannot read {path}: no permission", "change its permissions")
            return
        beside = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}", "check the path") from error
    hint = choice_hint(path.name, beside)
    raise InputError(
        f"cannot read {path}: no such file",
        hint if hint.startswith("did you") else "check the path",
    )


def check_board(board: Board, port: str | None) -> None:
    """Refuse a board that firmware cannot be built for, or that is not where it should be.

    Raises:
        CompilerError, UsageError, HilError.
    """
    missing = [path for path in port_sources(board) if not path.is_file()]
    if missing:
        names = sorted(path.stem for path in missing[0].parent.glob("*.c"))
        check_choice(f"{board.name}: driver", missing[0].stem, names)
    compiler().check(board.core)
    is_device = port is not None and "://" not in port and os.name == "posix"
    if is_device and not Path(str(port)).exists():
        raise PortError(f"there is no port {port}", "`mcuq hil list` shows what is plugged in")
    if port is None and board.emulator is not None:
        check_emulated(board)


def check_runs(request: BuildRequest) -> None:
    """Refuse to build what nothing here could run.

    Raises:
        DeviceError.
    """
    if request.require_oracle:
        check_oracle()
    board = load_board(request.board)
    if board.emulator is None and request.port is None:
        raise DeviceError(
            f"{board.name} has no emulator here and no --port is given",
            "plug the board in and name its port, or build for an emulated board",
        )


def _check_values(request: BuildRequest) -> None:
    for leaf in leaves(BuildRequest):
        leaf.check(leaf.of(request))
    observer(request.scheme.observer)
    check_name(request.name)
    limited = request.max_cycles is not None or request.max_ms is not None
    if limited and request.port is None and load_board(request.board).emulator is None:
        raise UsageError(
            f"cycles are limited, and nothing here runs {request.board}",
            "plug the board in and name its --port, or leave --max-cycles and --max-ms out",
        )
    searches = request.fixed is None and request.config is None and not request.as_is
    if limited and searches and request.method in OF_BYTES:
        raise UsageError(
            f"--method {request.method} keeps limits of bytes, not of cycles",
            "take --method ga, or leave --max-cycles and --max-ms out",
        )
    if request.drop_channels and request.keep_channels:
        raise UsageError(
            "--keep-channels builds every channel, and --drop-channels may leave some out",
            "leave one of them out",
        )
    if request.mixed_channels and request.drop_channels:
        raise UsageError(
            "--mixed-channels and --drop-channels do not go together",
            "leave one of them out",
        )
    if request.mixed_channels and limited:
        raise UsageError(
            "--mixed-channels keeps limits of bytes, not of cycles",
            "leave it, or --max-cycles and --max-ms, out",
        )
    if request.farm_samples and request.farm is None:
        raise UsageError("--hil-samples needs --hil", "name the farm that they are run on")
    if request.kernels != "mcuq" and request.cmsis_nn is None:
        raise UsageError(
            f"--kernels {request.kernels} needs the library", "name its directory with --cmsis-nn"
        )
