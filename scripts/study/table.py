"""The accuracy bench as Markdown, for a terminal and for the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from study.accuracy import FLOAT, SEARCHED, Record
from study.rivals import MANY_KNAPSACKS
from study.summary import Estimate, Paired, Row, paired, rows

UNREFINED = frozenset({"knapsack", MANY_KNAPSACKS, "greedy", "random", "uniform"})
"""What the search alone is compared with: nothing of it is refined either."""


def markdown(records: Sequence[Record]) -> str:
    """Every method and budget, then the paired differences of the GA: refined against
    everything, as searched against what is not refined either."""
    lines = [
        "| method | weight bytes | accuracy, 95 % interval | ± seeds | less float, points | KL | "
        "search loss | hypervolume | evaluations | seconds |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *map(_row, rows(records)),
    ]
    differences = [*_differences(records)]
    if differences:
        lines += [
            "",
            "| difference | budget | pairs | accuracy, points | KL × 1000 | told apart |",
            "|---|---|---|---|---|---|",
            *map(_difference, differences),
        ]
    return "\n".join(lines)


def _differences(records: Sequence[Record]) -> Iterator[Paired]:
    yield from paired(records, "ga")
    for pair in paired(records, SEARCHED["ga"]):
        if pair.against in UNREFINED:
            yield pair


def _row(row: Row) -> str:
    name = row.method if row.method == FLOAT else f"{row.method}, {row.budget:.0%}"
    runs = f" ({row.runs} seeds)" if row.runs > 1 else ""
    spread = f"{100 * row.spread:.2f}" if row.runs > 1 else ""
    to_float = "" if row.to_float is None else _signed(row.to_float.accuracy, 100)
    return (
        f"| {name}{runs} | {row.weight_bytes:,} | {_accuracy(row)} | {spread} | {to_float} | "
        f"{_divergence(row)} | {row.search_loss:.4f} | "
        f"{'' if row.volume is None else f'{row.volume:.4f}'} | {row.evaluations} | "
        f"{row.seconds:.1f} |"
    )


def _accuracy(row: Row) -> str:
    value = f"{100 * row.accuracy:.2f}"
    if row.interval is None:
        return value
    return f"{value} ({100 * row.interval.low:.2f} to {100 * row.interval.high:.2f})"


def _divergence(row: Row) -> str:
    if row.method == FLOAT:
        return "0"
    return _with_error(f"{row.kl.value:.4f}", f"{row.kl.error:.4f}")


def _difference(pair: Paired) -> str:
    return (
        f"| {pair.method} - {pair.against} | {pair.budget:.0%} | {pair.pairs} | "
        f"{_signed(pair.accuracy, 100)} | {_signed(pair.kl, 1000)} | {_told_apart(pair)} |"
    )


def _told_apart(pair: Paired) -> str:
    figures = {"accuracy": pair.accuracy, "KL": pair.kl}
    return ", ".join(name for name, figure in figures.items() if figure.is_told_apart)


def _signed(estimate: Estimate, factor: float) -> str:
    return _with_error(f"{factor * estimate.value:+.2f}", f"{factor * estimate.error:.2f}")


def _with_error(value: str, error: str) -> str:
    return value if error == "nan" else f"{value} ± {error}"
