"""`mcuq mlperf` as one function: a result of `mcuq build` in, firmware for the runner out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcuq.bundle.member import FLATBUFFER
from mcuq.document import Document
from mcuq.errors import InputError
from mcuq.mlperf.benchmarks import Benchmark
from mcuq.mlperf.image import build_mlperf, check_model
from mcuq.mlperf.pulse import chosen_pulse
from mcuq.progress import Progress, ProgressCallback
from mcuq.report.directory import written_atomically
from mcuq.report.store import read_manifest
from mcuq_hil.boards import load_board

_NAME = "mlperf"
FILE = f"{_NAME}.json"


@dataclass(frozen=True)
class PublishedImage:
    """Firmware that MLPerf Tiny's runner measures.

    Attributes:
        benchmark: as `mcuq mlperf` takes it.
        model: what the firmware tells the runner.
        board: name of the board that it is for.
        flash_bytes: of the image.
        ram_bytes: of everything in RAM, the buffer of the line's input with it.
        build_id: of the image.
    """

    benchmark: str
    model: str
    board: str
    flash_bytes: int
    ram_bytes: int
    build_id: str


MLPERF_IMAGE = Document(
    _NAME,
    PublishedImage,
    "firmware that MLPerf Tiny's runner measures",
    "`mlperf.json` and `mcuq mlperf --json`",
)


def publish_image(
    benchmark: Benchmark,
    folder: Path,
    output: Path,
    progress: ProgressCallback,
    *,
    energy: str | None = None,
) -> PublishedImage:
    """Write firmware.elf, .bin, .map and mlperf.json.

    Args:
        folder: what `mcuq build` wrote.
        output: appears whole; an earlier one is replaced.
        energy: pin that tells a power monitor the time stamps, such as "PA8"; None: words do.

    Raises:
        InputError: `folder` is no result. UsageError: its model is not of the benchmark, or
            nothing here drives that pin.
        CompilerError, BudgetError: see `build_mlperf`.
    """
    manifest = read_manifest(folder)
    flatbuffer, model_dir = folder / FLATBUFFER, folder / "model"
    if not flatbuffer.is_file() or not model_dir.is_dir():
        raise InputError(f"{folder}: {FLATBUFFER} or model/ is missing", "build it again")
    check_model(benchmark, flatbuffer.read_bytes())
    board = load_board(manifest.target.name)
    pulse = chosen_pulse(board, benchmark, energy) if energy is not None else None
    progress(Progress("build", note=board.title))
    with written_atomically(output, marker=FILE) as fresh:
        image = build_mlperf(
            board, model_dir, fresh, benchmark, optimize=manifest.optimize, pulse=pulse
        )
        made = PublishedImage(
            benchmark.name,
            benchmark.model,
            board.name,
            image.flash_bytes,
            image.ram_bytes,
            image.build_id,
        )
        (fresh / FILE).write_text(MLPERF_IMAGE.text(made), encoding="utf-8", newline="\n")
    return made
