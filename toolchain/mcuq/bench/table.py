"""The accuracy bench as Markdown, for a terminal and for the documentation."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mcuq.bench.accuracy import FINISHED, FLOAT, SEARCHED, Record
from mcuq.bench.summary import Paired, Row, paired, rows


def markdown(records: Sequence[Record]) -> str:
    """Medians of every method and budget, then the paired differences of the GA, with its
    refinement and without."""
    lines = [
        "| method | weight bytes | accuracy | ± seeds | KL | search loss | evaluations | seconds |",
        "|---|---|---|---|---|---|---|---|",
        *map(_row, rows(records)),
    ]
    differences = [
        pair
        for method in ("ga", SEARCHED["ga"])
        for pair in paired(records, method)
        if pair.against != FLOAT and (method == "ga" or pair.against not in FINISHED.values())
    ]
    if differences:
        lines += [
            "",
            "| difference | budget | pairs | accuracy, points | KL × 1000 |",
            "|---|---|---|---|---|",
            *map(_difference, differences),
        ]
    return "\n".join(lines)


def _row(row: Row) -> str:
    name = row.method if row.method == FLOAT else f"{row.method}, {row.budget:.0%}"
    runs = f" (median of {row.runs})" if row.runs > 1 else ""
    spread = f"{100 * row.spread:.2f}" if row.runs > 1 else ""
    return (
        f"| {name}{runs} | {row.weight_bytes:,} | {100 * row.accuracy:.2f} | {spread} | "
        f"{row.kl:.4f} | {row.search_loss:.4f} | {row.evaluations} | {row.seconds:.1f} |"
    )


def _difference(pair: Paired) -> str:
    return (
        f"| {pair.method} - {pair.against} | {pair.budget:.0%} | {pair.pairs} | "
        f"{_with_error(100 * pair.accuracy, 100 * pair.accuracy_error)} | "
        f"{_with_error(1000 * pair.kl, 1000 * pair.kl_error)} |"
    )


def _with_error(value: float, error: float) -> str:
    return f"{value:+.2f}" if math.isnan(error) else f"{value:+.2f} ± {error:.2f}"
