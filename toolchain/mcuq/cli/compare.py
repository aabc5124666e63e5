"""`mcuq compare`: two results side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.errors import UsageError

if TYPE_CHECKING:
    from mcuq.report.comparison import Row

_STYLES = {"better": "green", "worse": "red", "equal": "dim", "incomparable": "dim"}


def compare(
    first: Annotated[Path, typer.Argument(help="Output directory or manifest.json.")],
    second: Annotated[Path, typer.Argument(help="The other one, or another tool's .tflite.")],
    evaluation: Annotated[
        Path | None,
        typer.Option("--evaluation", help="For a .tflite: the samples FIRST was evaluated on."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Compare two results, or a result with a .tflite of another tool."""
    from mcuq.report.comparison import COMPARISON, comparison, differing_layers
    from mcuq.report.comparison import compare as compared
    from mcuq.report.store import read_manifest

    if second.suffix == ".tflite":
        rows, layers = _with_peer(first, second, evaluation), []
    else:
        left, right = read_manifest(first), read_manifest(second)
        rows, layers = compared(left, right), differing_layers(left, right)
    if json:
        write_json(COMPARISON, comparison(rows, layers))
        return
    _draw(rows, layers, str(first), str(second))


def _with_peer(first: Path, second: Path, evaluation: Path | None) -> list[Row]:
    from mcuq.report.comparison import compare_figures
    from mcuq.report.peer import own_figures, peer_figures
    from mcuq.report.store import read_manifest

    if evaluation is None:
        raise UsageError("--evaluation is missing", "a .tflite needs samples to be judged on")
    manifest = read_manifest(first)
    return compare_figures(own_figures(first, manifest), peer_figures(second, evaluation, manifest))


def _draw(rows: list[Row], layers: list[tuple[str, str, str]], first: str, second: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from mcuq.report.naming import short_names

    table = Table(box=None, header_style="bold")
    for title in ("figure", first, second, "change"):
        table.add_column(Text(title))
    for row in rows:
        texts = (figure.text if figure else "-" for figure in (row.first, row.second))
        table.add_row(row.name, *texts, Text(row.change, style=_STYLES[row.verdict]))
    console = stdout()
    console.print(table)
    names = short_names(name for name, _, _ in layers)
    for name, before, after in layers:
        console.print(f"{names[name]}: {before} → {after}")
