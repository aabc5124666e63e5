"""`mcuq bench mlperf`: MLPerf Tiny's benchmarks, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcuq.cli import complete
from mcuq.cli.output import JsonFlag, stdout, write_json
from mcuq.cli.progress import shown_progress
from mcuq.pipeline import names
from mcuq.units import format_bytes

if TYPE_CHECKING:
    from mcuq.mlperf.bench import MlperfBench, MlperfRow


def mlperf(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of MLPerf Tiny's trained models.")
    ],
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of data sets in the official runner's layout."),
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=1, help="Run so many of each data set [default: all].")
    ] = None,
    board: Annotated[
        str,
        typer.Option(
            "--board",
            "-b",
            help="Emulated board.",
            autocompletion=complete.one_of(names.boards),
        ),
    ] = "stm32f746",
    page: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Markdown page whose marked table is written anew."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Measure MLPerf Tiny's benchmarks as its runner does, in virtual time of an emulated board."""
    from mcuq.mlperf.bench import MLPERF_BENCH, bench_mlperf
    from mcuq.mlperf.page import write_table

    with shown_progress() as progress:
        found = bench_mlperf(folder, board, data, samples, progress)
    if page is not None:
        write_table(found, page)
    if json:
        write_json(MLPERF_BENCH, found)
    else:
        _draw(found)


def _draw(found: MlperfBench) -> None:
    from rich.table import Table

    table = Table("benchmark", box=None, pad_edge=False, header_style="bold")
    for title in ("inferences a second", "accuracy", "AUC", "samples", "flash", "RAM"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in found.rows:
        sizes = format_bytes(row.flash_bytes), format_bytes(row.ram_bytes)
        table.add_row(row.benchmark, _speed(row), *_quality(row), *sizes)
    stdout().print(table)
    stdout().print(f"{found.board}, {found.core_hz / 1e6:g} MHz: cycles are estimated")


def _speed(row: MlperfRow) -> str:
    return f"{row.inferences_per_second:,.3f} ± {row.band:.0%}"


def _quality(row: MlperfRow) -> tuple[str, str, str]:
    accuracy = "" if row.accuracy is None else f"{row.accuracy:.1%}"
    return accuracy, "" if row.auc is None else f"{row.auc:.3f}", f"{row.samples or ''}"
