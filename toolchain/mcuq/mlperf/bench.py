"""`mcuq bench mlperf`: what the official runner measures, without it, on an emulated board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mcuq.bench.measure import TRAINED
from mcuq.compiler import FirmwareImage
from mcuq.document import Document
from mcuq.errors import InputError
from mcuq.mlperf.benchmarks import BENCHMARKS, Benchmark
from mcuq.mlperf.image import build_mlperf, check_model
from mcuq.mlperf.judge import Quality, judge
from mcuq.mlperf.samples import Sample, read_samples
from mcuq.pipeline.build import build
from mcuq.pipeline.request import BuildRequest
from mcuq.progress import Progress, ProgressCallback
from mcuq.quantize import WeightChoice
from mcuq.temporary import temporary_folder
from mcuq_hil import load_board
from mcuq_hil.bench import boot_emulator
from mcuq_hil.boards import Board
from mcuq_hil.estimate import check_timed, estimate_band
from mcuq_hil.mlperf import MlperfDevice

_ANSWER_SECONDS = 3600.0
"""An answer may take: the first inference is counted, on a computer that is busy. Not measured:
chosen by hand."""
_FILES: Mapping[str, str] = {"ic": "resnet8"} | {each: each for each in ("kws", "vww", "ad", "sww")}
"""Benchmark → a key of TRAINED."""
_AS_IS = "sww"
"""Its reference model is given as int8; the others as float."""


@dataclass(frozen=True)
class MlperfRow:
    """One benchmark.

    Attributes:
        benchmark: as `mcuq mlperf` takes it.
        model: name of the model's file.
        inferences: in the timed window, after warm-ups, as the official script has them.
        microseconds: that they took in virtual time: cycles are estimated.
        band: half the width of that estimate's interval, a share of it.
        inferences_per_second: likewise.
        samples: labelled inputs that were run; 0 without a data set.
        accuracy: share of samples whose largest output is of the true class.
        auc: area under the ROC curve, as the official runner takes it.
        flash_bytes: of the image.
        ram_bytes: of the image, the buffer of the line's input with it.
    """

    benchmark: str
    model: str
    inferences: int
    microseconds: int
    band: float
    inferences_per_second: float
    samples: int
    accuracy: float | None
    auc: float | None
    flash_bytes: int
    ram_bytes: int


@dataclass(frozen=True)
class MlperfBench:
    """Attributes:
    board: name of the emulated board.
    core_hz: its clock.
    rows: of each benchmark whose model is there.
    """

    board: str
    core_hz: int
    rows: tuple[MlperfRow, ...]


MLPERF_BENCH = Document(
    "bench-mlperf",
    MlperfBench,
    "MLPerf Tiny's benchmarks on an emulated board",
    "`mcuq bench mlperf --json`",
)


def bench_mlperf(
    folder: Path, board_name: str, data: Path | None, most: int | None, progress: ProgressCallback
) -> MlperfBench:
    """Build, boot and measure every benchmark whose model is in `folder`.

    Args:
        folder: with files of TRAINED.
        data: folder of data sets in the official layout; None: no accuracy.
        most: samples of each that are run; None: all.

    Raises:
        InputError: there is no model, or something in a file is wrong.
        BoardError: nothing here tells cycles of this board.
    """
    board = load_board(board_name)
    check_timed(board)
    found = [name for name in BENCHMARKS if (folder / TRAINED[_FILES[name]][0]).is_file()]
    if not found:
        wanted = ", ".join(TRAINED[_FILES[name]][0] for name in BENCHMARKS)
        raise InputError(f"{folder} holds none of {wanted}", "see docs/mlperf.md for the models")
    rows = []
    for done, name in enumerate(found):
        progress(Progress("bench", done, len(found), BENCHMARKS[name].title))
        samples = read_samples(BENCHMARKS[name], data) if data is not None else ()
        rows.append(_measured(BENCHMARKS[name], folder, board, samples[:most], progress))
    return MlperfBench(board.name, board.core_hz, tuple(rows))


def _measured(
    benchmark: Benchmark,
    folder: Path,
    board: Board,
    samples: tuple[Sample, ...],
    progress: ProgressCallback,
) -> MlperfRow:
    model, calibration = (folder / name for name in TRAINED[_FILES[benchmark.name]])
    with temporary_folder() as place:
        image = _image(benchmark, model, calibration, board, place, progress)
        port = boot_emulator(board, image.elf, estimating=True, steady=True)
        port.timeout = _ANSWER_SECONDS
        try:
            device = MlperfDevice(port)
            device.answer("the start")
            first = samples[0].windows[0] if samples else bytes(benchmark.input_bytes)
            device.load(first)
            window = device.infer(benchmark.inferences, benchmark.warmups)
            quality = _quality(device, samples, progress)
        finally:
            port.close()
    return MlperfRow(
        benchmark=benchmark.name,
        model=model.name,
        inferences=benchmark.inferences,
        microseconds=window.microseconds,
        band=estimate_band(board),
        inferences_per_second=round(1e6 * benchmark.inferences / window.microseconds, 3),
        samples=quality.samples,
        accuracy=quality.accuracy,
        auc=quality.auc,
        flash_bytes=image.flash_bytes,
        ram_bytes=image.ram_bytes,
    )


def _image(
    benchmark: Benchmark,
    model: Path,
    calibration: Path,
    board: Board,
    place: Path,
    progress: ProgressCallback,
) -> FirmwareImage:
    """Every filter in int8, verified as every build is; or the integers of the file."""
    is_given = benchmark.name == _AS_IS
    built = place / "built"
    request = BuildRequest(
        model=model,
        output=built,
        board=board.name,
        calibration=None if is_given else calibration,
        fixed=None if is_given else WeightChoice(),
        as_is=is_given,
    )
    built.mkdir()
    build(request, built, progress)
    check_model(benchmark, (built / "model.tflite").read_bytes())
    return build_mlperf(board, built / "model", place / "image", benchmark)


def _quality(
    device: MlperfDevice, samples: tuple[Sample, ...], progress: ProgressCallback
) -> Quality:
    results = []
    for done, sample in enumerate(samples):
        progress(Progress("run", done, len(samples), "samples"))
        told = []
        for window in sample.windows:
            device.load(window)
            told.append(device.infer(1, 0).results)
        results.append(np.mean(told, axis=0))
    if not results:
        return Quality(0, None, None)
    return judge(results, [sample.label for sample in samples])
