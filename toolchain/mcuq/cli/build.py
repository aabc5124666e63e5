"""`mcuq build`: from a float model to verified firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcuq.cli import options
from mcuq.cli.check import raise_broken
from mcuq.cli.output import JsonFlag, explain, stdout, write_json
from mcuq.cli.progress import WatchFlag, watched_progress

if TYPE_CHECKING:
    from mcuq.cli.request import BuildJob


@options.offering("build")
def build(
    asked: options.Asked,
    watch: WatchFlag = False,
    json: JsonFlag = False,
) -> None:
    """Search the best int8/int4 mix for a budget, build it, run it, prove it."""
    from mcuq.cli.request import job

    run_job(job(asked), json=json, watch=watch)


def run_job(job: BuildJob, *, json: bool, watch: bool = False) -> None:
    """Build, show the result, then judge it by the gates.

    Args:
        watch: in the browser, too.
    """
    from mcuq.report.gates import broken_gates, forgotten_unit
    from mcuq.report.publish import publish
    from mcuq.report.reachable import check_reachable
    from mcuq.report.reasons import reasons
    from mcuq.report.store import PAGE
    from mcuq.report.summary import summary
    from mcuq.report.wording import volume_lines
    from mcuq.result.manifest import MANIFEST

    request = job.request
    check_reachable(job.gates, request)
    page = request.output / PAGE
    title = f"{request.model.name} on {request.board}"
    with watched_progress(is_watched=watch, title=title, report=page) as progress:
        report = publish(request, progress)
    for reason in (*reasons(report.manifest), *volume_lines(report.front)):
        explain(reason)
    broken = broken_gates(report.manifest, job.gates)
    if json and not broken:
        write_json(MANIFEST, report.manifest)
    elif not json:
        console = stdout()
        console.print(summary(report.manifest))
        console.print(f"report: {page}")
    raise_broken(broken, forgotten_unit(report.manifest, job.gates))
