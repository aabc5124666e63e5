"""`mcuq build`: from a float model to verified firmware."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli import options
from mcuq.cli.check import raise_broken
from mcuq.cli.output import JsonFlag, explain, stdout, write_json
from mcuq.cli.progress import shown_progress

if TYPE_CHECKING:
    from mcuq.cli.request import BuildJob
    from mcuq.progress import ProgressCallback


@options.offering("build")
def build(
    asked: options.Asked,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Show the search in the browser, and then the report."),
    ] = False,
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
    from mcuq.result.manifest import MANIFEST

    check_reachable(job.gates, job.request)
    with shown_progress() as progress, _shown(job, progress, watch) as told:
        report = publish(job.request, told)
    for reason in reasons(report.manifest):
        explain(reason)
    broken = broken_gates(report.manifest, job.gates)
    if json and not broken:
        write_json(MANIFEST, report.manifest)
    elif not json:
        console = stdout()
        console.print(summary(report.manifest))
        console.print(f"report: {job.request.output / PAGE}")
    raise_broken(broken, forgotten_unit(report.manifest, job.gates))


def _shown(
    job: BuildJob, progress: ProgressCallback, watch: bool
) -> AbstractContextManager[ProgressCallback]:
    if not watch:
        return nullcontext(progress)
    from mcuq.cli.watch import watched
    from mcuq.report.store import PAGE

    request = job.request
    title = f"{request.model.name} on {request.board}"
    return watched(progress, title, request.output / PAGE)
