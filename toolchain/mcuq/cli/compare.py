"""`mcuq compare`: two results side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli.output import JsonFlag, stdout, write_json

if TYPE_CHECKING:
    from mcuq.report.comparison import Row

_STYLES = {"better": "green", "worse": "red", "equal": "dim", "incomparable": "dim"}


def compare(
    first: Annotated[Path, typer.Argument(help="Output directory or manifest.json.")],
    second: Annotated[Path, typer.Argument(help="The other one.")],
    json: JsonFlag = False,
) -> None:
    """Compare two results: figures, and the layers whose weights differ."""
    from mcuq.report.comparison import compare as compared
    from mcuq.report.comparison import differing_layers
    from mcuq.report.store import read_manifest

    left, right = read_manifest(first), read_manifest(second)
    rows, layers = compared(left, right), differing_layers(left, right)
    if json:
        write_json({"figures": [_facts(row) for row in rows], "layers": layers})
        return
    _draw(rows, layers, str(first), str(second))


def _facts(row: Row) -> dict[str, object]:
    return {
        "name": row.name,
        "first": row.first.value if row.first else None,
        "second": row.second.value if row.second else None,
        "verdict": row.verdict,
    }


def _draw(rows: list[Row], layers: list[tuple[str, str, str]], first: str, second: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from mcuq.report.naming import short_names

    table = Table(box=None, header_style="bold")
    for title in ("", first, second, "change"):
        table.add_column(Text(title))
    for row in rows:
        texts = (figure.text if figure else "-" for figure in (row.first, row.second))
        table.add_row(row.name, *texts, Text(row.change, style=_STYLES[row.verdict]))
    console = stdout()
    console.print(table)
    names = short_names(name for name, _, _ in layers)
    for name, before, after in layers:
        console.print(f"{names[name]}: {before} → {after}", markup=False)
