"""`mcuq profile`: where the instructions go, layer by layer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mcuq.cli import options
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.units import format_count


def profile(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Directory that mcuq build wrote.")
    ] = Path("out"),
    port: Annotated[str | None, options.option("port")] = None,
    json: JsonFlag = False,
) -> None:
    """Measure every layer of a built model on its board or emulator."""
    from mcuq.report.naming import short_names
    from mcuq.report.rerun import profile_again
    from mcuq.report.wording import slow_lines

    with shown_progress() as progress:
        manifest, counts = profile_again(folder, port=port, progress=progress)
    unit = "instructions" if port is None else "cycles"
    names = short_names(layer.name for layer in manifest.layers)
    rows = [
        {
            "layer": index,
            "name": names[layer.name],
            "function": layer.function,
            "slow": layer.slow,
            "macs": layer.macs,
            unit: count,
        }
        for index, (layer, count) in enumerate(zip(manifest.layers, counts, strict=True))
    ]
    if json:
        write_json({"unit": unit, "total": sum(counts), "layers": rows})
    else:
        _draw(rows, unit, sum(counts))
        for line in slow_lines(manifest):
            stdout().print(line)


def _draw(rows: list[dict[str, Any]], unit: str, total: int) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("#", "layer", "function"):
        table.add_column(title, no_wrap=True)
    for title in ("MACs", unit, "share", "a MAC"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        macs, count = row["macs"], row[unit]
        table.add_row(
            str(row["layer"]),
            row["name"],
            row["function"],
            format_count(macs) if macs else "",
            f"{count:,}",
            f"{count / total:.1%}",
            f"{count / macs:.2f}" if macs else "",
        )
    stdout().print(table)
    stdout().print(f"{total:,} {unit}")
