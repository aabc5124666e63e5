"""Where the accuracy of a result goes, drawn: noisy layers, classes, flipped samples, choices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mcuq.cli.output import stdout

if TYPE_CHECKING:
    from rich.table import Table

    from mcuq.report.store import Report
    from mcuq.result.accuracy import AccuracyFile

_LAYERS = 6
_CLASSES = 12
_CONFUSED = 6
_FLIPPED = 8
_DIFFERENCES = 16
"""Rows that are shown; JSON has all."""


def draw_lost(report: Report, accuracy: AccuracyFile) -> None:
    """Every part that the result has."""
    console = stdout()
    console.print(_layers(report, accuracy))
    console.print("mcuq explain LAYER says more of one")
    classes = _classes(accuracy)
    if classes is not None:
        console.print()
        console.print(classes)
    for line in (*_confused(accuracy), *_flips(report, accuracy)):
        console.print(line)
    if accuracy.differences:
        console.print()
        console.print(_differences(accuracy))


def _table(*titles: str, numbers: tuple[str, ...]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title)
    for title in numbers:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def _layers(report: Report, accuracy: AccuracyFile) -> Table:
    """The noisiest, in execution order, numbered as everywhere."""
    from rich.text import Text

    from mcuq.report.naming import short_names

    layers = report.manifest.layers
    names = short_names(layer.name for layer in layers)
    found = [(i, one) for i, x in enumerate(layers) if (one := accuracy.layer(x.name)) is not None]
    noisy = sorted(
        found, key=lambda pair: pair[1].snr_db if pair[1].own_snr_db is None else pair[1].own_snr_db
    )
    table = _table(
        "#", "noisiest layers", "operator", numbers=("by itself", "signal to noise", "cosine")
    )
    for index, one in sorted(noisy[:_LAYERS], key=lambda pair: pair[0]):
        own = "" if one.own_snr_db is None else f"{one.own_snr_db:.1f} dB"
        table.add_row(
            str(index),
            Text(names[one.name]),
            one.operator,
            own,
            f"{one.snr_db:.1f} dB",
            f"{one.cosine:.4f}",
        )
    return table


def _classes(accuracy: AccuracyFile) -> Table | None:
    """Those that changed most; None where none did."""
    changed = [one for one in accuracy.classes if one.quantized != one.float_]
    if not changed:
        return None
    table = _table("class", numbers=("samples", "right in float", "as built", "change"))
    for one in sorted(changed, key=lambda one: one.quantized - one.float_)[:_CLASSES]:
        change = one.quantized - one.float_
        table.add_row(
            *map(str, (one.number, one.samples, one.float_, one.quantized)), f"{change:+}"
        )
    return table


def _confused(accuracy: AccuracyFile) -> Iterator[str]:
    """Pairs of classes that are taken for each other more often than by the float model."""
    before, after = accuracy.float_confusion, accuracy.confusion
    if before is None or after is None:
        return
    grown = sorted(
        (before[label][found] - count, label, found, count)
        for label, row in enumerate(after)
        for found, count in enumerate(row)
        if label != found and count > before[label][found]
    )
    for less, label, found, count in grown[:_CONFUSED]:
        yield f"class {label} taken as {found}: {count}×, {count + less}× by the float model"


def _flips(report: Report, accuracy: AccuracyFile) -> Iterator[str]:
    flips = accuracy.flips
    if flips is None:
        return
    of_all = f"{flips.total} of {report.manifest.result.samples} samples are decided otherwise"
    told = "" if flips.lost is None else f": {flips.lost} lost, {flips.gained} gained"
    yield of_all + told
    for one in flips.samples[:_FLIPPED]:
        label = "" if one.label is None else f", is {one.label}"
        yield (
            f"  sample {one.sample}: {one.float_} ({one.float_sure:.2f}) → {one.quantized} "
            f"({one.quantized_sure:.2f}){label}"
        )
    if flips.total > _FLIPPED:
        yield f"  and {flips.total - _FLIPPED} more"


def _differences(accuracy: AccuracyFile) -> Table:
    """What costs most alone comes first."""
    from rich.text import Text

    from mcuq.report.naming import short_names

    names = short_names(one.name for one in accuracy.differences)
    table = _table(
        "differs from plain int8", "role", "int8", "built", numbers=("rise of the loss, alone",)
    )
    ordered = sorted(accuracy.differences, key=lambda one: -(one.rise or 0.0))
    for one in ordered[:_DIFFERENCES]:
        rise = "" if one.rise is None else f"{one.rise:+.6f}"
        table.add_row(Text(names[one.name]), one.role, one.int8, one.built, rise)
    return table
