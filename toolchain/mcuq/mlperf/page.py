"""The table of `mcuq bench mlperf` in a Markdown page."""

from __future__ import annotations

from pathlib import Path

from mcuq.atomic_write import write_atomically
from mcuq.errors import InputError
from mcuq.mlperf.bench import MlperfBench, MlperfRow
from mcuq.reading import read_file
from mcuq.settings import READING
from mcuq.units import format_bytes

BEGIN, END = "<!-- table: mcuq bench mlperf -->", "<!-- end of table -->"


def write_table(found: MlperfBench, page: Path) -> None:
    """Put the table between the marks of `page`.

    Raises:
        InputError: it cannot be read or written, or lacks the marks.
    """
    text = read_file(page, READING.text_bytes, "name a Markdown page").decode(errors="replace")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise InputError(f"{page} has no {BEGIN} … {END}", "put both lines where the table goes")
    write_atomically(page, f"{head}{BEGIN}\n\n{table(found)}\n\n{END}{tail}")


def table(found: MlperfBench) -> str:
    """Markdown."""
    rows = [
        f"| {found.board}, {found.core_hz / 1e6:g} MHz | model | inferences a second "
        "| ms (estimated) | accuracy | AUC | samples | flash | RAM |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*rows, *map(_row, found.rows)])


def _row(row: MlperfRow) -> str:
    cells = [
        row.benchmark,
        f"`{row.model}`",
        f"{row.inferences_per_second:,.3f} ± {row.band:.0%}",
        f"{row.microseconds / row.inferences / 1e3:.2f}",
        "" if row.accuracy is None else f"{row.accuracy:.1%}",
        "" if row.auc is None else f"{row.auc:.3f}",
        f"{row.samples or ''}",
        format_bytes(row.flash_bytes),
        format_bytes(row.ram_bytes),
    ]
    return f"| {' | '.join(cells)} |"
