"""`mcuq compare`: results side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli.output import JsonFlag, stderr, stdout, write_json

if TYPE_CHECKING:
    from rich.table import Table

    from mcuq.report.comparison import Side

_STYLES = {"better": "green", "worse": "red", "equal": "dim", "incomparable": "dim"}


def compare(
    first: Annotated[Path, typer.Argument(help="Output directory or manifest.json.")],
    second: Annotated[
        Path | None,
        typer.Argument(help="Another one, a config.json, or another tool's .tflite."),
    ] = None,
    more: Annotated[list[Path] | None, typer.Argument(help="Further ones.")] = None,
    evaluation: Annotated[
        Path | None,
        typer.Option("--evaluation", help="For a .tflite: the samples FIRST was evaluated on."),
    ] = None,
    baseline_ref: Annotated[
        list[str] | None,
        typer.Option(
            "--baseline-ref",
            metavar="COMMIT",
            help="FIRST as git has it at this commit, branch or tag, or in each commit of a range "
            "A..B; may be repeated.",
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write the comparison to this page.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Compare results: with each other, with other tools' .tflite files, with earlier commits."""
    from mcuq.report.comparison import COMPARISON, comparison
    from mcuq.report.sides import read_sides

    paths = [first, *([] if second is None else [second]), *(more or [])]
    sides = read_sides(paths, evaluation, baseline_ref or [])
    if html is not None:
        _write_page(sides, html)
    if json:
        write_json(COMPARISON, comparison(sides))
        return
    _draw(sides)


def _write_page(sides: Sequence[Side], path: Path) -> None:
    from mcuq.atomic_write import write_atomically
    from mcuq.report.comparison_page import comparison_page

    write_atomically(path, comparison_page(sides))
    stderr().print(f"comparison: {path}")


def _draw(sides: Sequence[Side]) -> None:
    from mcuq.report.comparison import differing_weights
    from mcuq.report.naming import short_names

    console = stdout()
    console.print(_figures(sides))
    differing = differing_weights(sides)
    names = short_names(one.layer for one in differing)
    for one in differing:
        console.print(f"{names[one.layer]}: {' → '.join(text or '–' for text in one.choices)}")


def _figures(sides: Sequence[Side]) -> Table:
    """Figures of all, each but the first's with the change from that."""
    from rich.table import Table
    from rich.text import Text

    from mcuq.report.comparison import rows

    table = Table(box=None, header_style="bold")
    table.add_column("figure")
    for at, side in enumerate(sides):
        table.add_column(Text(side.name))
        if at:
            table.add_column("change")
    for row in rows(sides):
        cells: list[str | Text] = [row.name]
        for at, figure in enumerate(row.figures):
            cells.append("-" if figure is None else figure.text)
            if at:
                cells.append(Text(row.change(at), style=_STYLES[row.verdict(at)]))
        table.add_row(*cells)
    return table
