"""`mcuq search`: the configurations worth having, before anything is built."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.atomic_write import check_writable, write_atomically
from mcuq.cli import options
from mcuq.cli.output import JsonFlag, print_lines, stdout, write_json
from mcuq.cli.progress import WatchFlag, watched_progress
from mcuq.units import format_bytes, format_count

if TYPE_CHECKING:
    from mcuq.result.front import Front, Point


@options.offering("search")
def search(
    asked: options.Asked,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the front here, as pareto.json.")
    ] = None,
    watch: WatchFlag = False,
    json: JsonFlag = False,
) -> None:
    """Search only: show the Pareto front of loss against flash, RAM and cycles."""
    from mcuq.cli.request import job
    from mcuq.compiler.chosen import compiling_with
    from mcuq.pipeline.build import search as searched
    from mcuq.pipeline.scores import scores_kept
    from mcuq.report.points import search_front
    from mcuq.result.front import FRONT

    if output is not None:
        check_writable(output)

    request = job(asked).request
    with compiling_with(request.compiler), scores_kept(request):
        title = f"{request.model.name} for {request.board}"
        with watched_progress(is_watched=watch, title=title) as progress:
            found = search_front(*searched(request, progress))
        if output is not None:
            write_atomically(output, FRONT.text(found))
    if json:
        write_json(FRONT, found)
    else:
        _draw(found)


def _draw(found: Front) -> None:
    from rich.table import Table

    from mcuq.report.wording import volume_lines

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("point")
    titles = ("loss", "flash", "RAM", "weights", "instructions", "cycles")
    for title in (*titles, "int4 filters"):
        table.add_column(title, justify="right", no_wrap=True)
    for point in found.points:
        table.add_row(
            _role(point),
            "" if point.loss is None else f"{point.loss:.6f}",
            format_bytes(point.flash_bytes),
            format_bytes(point.ram_bytes),
            format_bytes(point.weight_bytes),
            format_count(point.instructions),
            "" if point.cycles is None else format_count(point.cycles),
            str(sum(choice.startswith("int4") for choice in point.choices.values())),
        )
    stdout().print(table)
    print_lines(volume_lines(found))


def _role(point: Point) -> str:
    name = {"chosen": "best", "int8": "plain int8"}.get(point.role, "")
    return name if point.fits else f"{name} (does not fit)".strip()
