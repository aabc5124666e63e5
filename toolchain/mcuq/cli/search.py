"""`mcuq search`: the configurations worth having, before anything is built."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.atomic_write import check_writable, write_atomically
from mcuq.cli import options
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.units import format_bytes, format_count

if TYPE_CHECKING:
    from mcuq.result.front import Front, Point


def search(
    model: options.Model = None,
    board: options.Board = None,
    port: options.Port = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the front here, as pareto.json.")
    ] = None,
    optimize: options.Optimize = None,
    kernels: options.Kernels = None,
    cmsis_nn: options.CmsisNn = None,
    calibration: options.Calibration = None,
    search_data: options.SearchData = None,
    keep_outliers: options.KeepOutliers = None,
    strict: options.Strict = None,
    flash: options.Flash = None,
    ram: options.Ram = None,
    weight_bytes: options.WeightBytes = None,
    seed: options.Seed = None,
    evaluations: options.Evaluations = None,
    method: options.Method = None,
    workers: options.Workers = None,
    json: JsonFlag = False,
) -> None:
    """Search only: show the Pareto front of loss against flash, RAM and instructions."""
    given = {name: value for name, value in locals().items() if name != "output"}
    from mcuq.cli.request import command_job
    from mcuq.pipeline.build import search as searched
    from mcuq.report.points import search_front
    from mcuq.result.front import FRONT

    if output is not None:
        check_writable(output)

    with shown_progress() as progress:
        found = search_front(*searched(command_job(given).request, progress))
    if output is not None:
        write_atomically(output, FRONT.text(found))
    if json:
        write_json(FRONT, found)
    else:
        _draw(found)


def _draw(found: Front) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for title in ("loss", "flash", "RAM", "weights", "instructions", "int4 filters"):
        table.add_column(title, justify="right", no_wrap=True)
    for point in found.points:
        table.add_row(
            _role(point),
            "" if point.loss is None else f"{point.loss:.6f}",
            format_bytes(point.flash_bytes),
            format_bytes(point.ram_bytes),
            format_bytes(point.weight_bytes),
            format_count(point.instructions),
            str(sum(choice.startswith("int4") for choice in point.choices.values())),
        )
    stdout().print(table)


def _role(point: Point) -> str:
    name = {"chosen": "best", "int8": "plain int8"}.get(point.role, "")
    return name if point.fits else f"{name} (does not fit)".strip()
