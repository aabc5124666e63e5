"""A build with everything that is told about it, in one directory that appears whole."""

from __future__ import annotations

from mcuq.compiler.chosen import compiling_with
from mcuq.pipeline.build import build
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.result import BuildResult
from mcuq.pipeline.scores import scores_kept
from mcuq.progress import Progress, ProgressCallback, silent
from mcuq.report.assemble import config_file, manifest
from mcuq.report.differences import differences
from mcuq.report.directory import written_atomically
from mcuq.report.points import built_front
from mcuq.report.sbom import SBOM, image_sbom
from mcuq.report.store import Report, write_report
from mcuq.result.accuracy import AccuracyFile
from mcuq.result.configuration import ConfigFile
from mcuq.result.front import Front
from mcuq.result.manifest import Target
from mcuq_hil.boards import load_board


def publish(request: BuildRequest, progress: ProgressCallback = silent) -> Report:
    """Build, verify and write `request.output`; an earlier result there is replaced.

    Returns:
        What was written into `manifest.json`, `pareto.json`, `config.json` and `accuracy.json`.

    Raises:
        McuqError, mcuq_hil's HilError: as `mcuq.pipeline.build.build`; nothing is written then.
    """
    board = load_board(request.board)
    target = Target(
        name=board.name,
        part=board.part,
        core=board.core,
        flash=board.flash.bytes,
        ram=board.ram.bytes,
        core_hz=board.core_hz,
    )
    with (
        compiling_with(request.compiler),
        scores_kept(request),
        written_atomically(request.output) as folder,
    ):
        result = build(request, folder, progress)
        progress(Progress("report"))
        front = built_front(result)
        config = config_file(result)
        report = Report(
            manifest(result, request, target, front),
            front,
            config,
            _accuracy(result, config, front),
        )
        write_report(report, folder)
        (folder / SBOM).write_text(image_sbom(folder), encoding="utf-8", newline="\n")
    return report


def _accuracy(result: BuildResult, config: ConfigFile, front: Front) -> AccuracyFile | None:
    """Where accuracy goes, and what may be the reason."""
    if result.lost is None:
        return None
    return result.lost.model_copy(update={"differences": differences(config, front)})
