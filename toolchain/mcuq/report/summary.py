"""What the terminal shows at the end of a build; the command line draws it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from mcuq.numeric.widths import width_name
from mcuq.report.latency import digits, milliseconds
from mcuq.report.naming import short_names
from mcuq.report.wording import (
    budget_lines,
    change_lines,
    count_text,
    elimination_lines,
    estimate_text,
    int8_note,
    interval_text,
    metric_title,
    metric_value,
    pruning_lines,
    slow_lines,
    verification_lines,
)
from mcuq.result.front import Role
from mcuq.result.manifest import Layer, Manifest
from mcuq.units import format_bytes, format_count

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

_BAR = 24


def summary(manifest: Manifest) -> Group:
    """The whole page: layers, budget, accuracy, counts, verification."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    target = manifest.target
    where = "emulated" if manifest.device.emulated else "on hardware"
    title = Text(f"{manifest.model} on {target.name} ({target.part}, {target.core}, {where})")
    title.stylize("bold")
    return Group(
        title,
        Padding(layer_table(manifest), (1, 0), expand=False),
        *(Text(line, style="yellow") for line in slow_lines(manifest)),
        budget_table(manifest),
        *(
            Padding(table, (1, 0, 0, 0), expand=False)
            for table in (accuracy_table(manifest),)
            if manifest.result.quantized is not None
        ),
        *(Text(line, style="dim") for line in change_lines(manifest)),
        *(
            Text(line, style="dim")
            for line in (*elimination_lines(manifest), *pruning_lines(manifest))
        ),
        Text(int8_note(manifest), style="dim"),
        Text(),
        Text(count_text(manifest)),
        *(Text(line) for line in (estimate_text(manifest),) if line),
        *(_verdict(holds, sentence) for holds, sentence in verification_lines(manifest)),
        *(Text.assemble(("! ", "yellow"), one.message) for one in manifest.warnings),
    )


def layer_table(manifest: Manifest) -> Table:
    """One row a kernel call."""
    table = _table("#")
    for title in ("layer", "operator", "shape", "weights"):
        # Where it is narrow, words become shorter and figures stay.
        table.add_column(title, overflow="ellipsis")
    for title in ("MACs", "bytes", manifest.device.unit):
        table.add_column(title, justify="right", no_wrap=True)
    is_estimated = manifest.result.cycles_estimated is not None
    if is_estimated:
        for title in ("cycles", "ms"):
            table.add_column(f"{title}\n(estimated)", justify="right", no_wrap=True)
    names = short_names(layer.name for layer in manifest.layers)
    for index, layer in enumerate(manifest.layers):
        table.add_row(
            str(index),
            names[layer.name],
            layer.kind,
            "×".join(map(str, layer.shape)),
            _weights(layer),
            format_count(layer.macs) if layer.macs else "",
            f"{layer.constant_bytes:,}" if layer.constant_bytes else "",
            "" if layer.counts is None else f"{layer.counts:,}",
            *(_estimates(manifest, layer) if is_estimated else ()),
        )
    return table


def _estimates(manifest: Manifest, layer: Layer) -> tuple[str, str]:
    """Cycles, and milliseconds where the clock is known."""
    cycles = layer.cycles_estimated
    ms = milliseconds(manifest, cycles)
    return "" if cycles is None else f"{cycles:,}", "" if ms is None else digits(ms)


def _weights(layer: Layer) -> str:
    return "" if layer.bits is None else f"{width_name(layer.bits)} {layer.method}"


def budget_table(manifest: Manifest) -> Table:
    """A bar for everything that is limited."""
    return budget_bars(budget_lines(manifest))


def budget_bars(lines: Iterable[tuple[str, int, int]]) -> Table:
    """A bar a line: name, used bytes, allowed bytes."""
    from rich.text import Text

    table = _table()
    for _ in range(4):
        table.add_column(no_wrap=True)
    for name, used, limit in lines:
        share = used / limit if limit else float(used > 0)
        style = "green" if share <= 1 else "red"
        table.add_row(
            Text(name, style="bold"),
            Text(_bar(share), style=style),
            f"{format_bytes(used)} of {format_bytes(limit)}",
            f"{share:.0%}",
        )
    return table


def _bar(share: float) -> str:
    filled = min(_BAR, round(share * _BAR))
    if share > 0 and filled == 0:
        filled = 1
    return "█" * filled + "░" * (_BAR - filled)


def accuracy_table(manifest: Manifest) -> Table:
    """The metric and the weight bytes of the float model, the baselines and what was built."""
    result = manifest.result
    baselines = {one.role: one for one in manifest.compared if one.role in _BASELINES}
    others = [baselines[role] for role in _BASELINES if role in baselines]
    columns = [_Column("float", result.float_, None, result.float_low, result.float_high)]
    if result.int8 is not None:
        size = result.int8_weight_bytes
        columns.append(_Column("int8", result.int8, size, result.int8_low, result.int8_high))
    columns += [_Column(_BASELINES[one.role], one.accuracy, one.weight_bytes) for one in others]
    ends = (result.interval_low, result.interval_high)
    columns.append(_Column("built", result.quantized, result.weight_bytes, *ends))
    table = _table(metric_title(manifest), *(column.title for column in columns))
    values = (metric_value(manifest, column.value) for column in columns)
    table.add_row(f"{result.samples:,} samples", *values)
    if result.interval_low is not None:
        intervals = (interval_text(manifest, column.low, column.high) for column in columns)
        table.add_row("95 %", *intervals)
    sizes = ("" if column.size is None else format_bytes(column.size) for column in columns)
    table.add_row("weights", *sizes)
    return table


class _Column(NamedTuple):
    """One model: the metric with its interval, and the bytes of its weights."""

    title: str
    value: float | None
    size: int | None
    low: float | None = None
    high: float | None = None


_BASELINES: dict[Role, str] = {"int4": "all int4", "knapsack": "one-shot"}
"""What the accuracy of a search's result is shown beside."""


def _table(*titles: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", show_header=bool(titles))
    for title in titles:
        table.add_column(title, no_wrap=True)
    return table


def _verdict(holds: bool, sentence: str) -> Text:
    from rich.text import Text

    return Text.assemble(("✓ " if holds else "✗ ", "green" if holds else "bold red"), sentence)
