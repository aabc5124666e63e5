"""The report's table of layers: a further figure of layers is a further `Column`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mcuq.numeric.widths import width_name
from mcuq.report.elements import TableCell, table
from mcuq.report.latency import digits, milliseconds
from mcuq.report.naming import short_names
from mcuq.result.manifest import Layer, Manifest


@dataclass(frozen=True)
class Column:
    """A figure of every layer.

    Attributes:
        title: its head, with the unit; short, for the table has to fit a page.
        text: of a layer; empty where that has none.
    """

    title: str
    text: Callable[[Layer], str]


def layer_table(manifest: Manifest) -> str:
    """One row a kernel call; row `i` is `layer-i` to links."""
    names = short_names(layer.name for layer in manifest.layers)
    columns = _columns(manifest)
    rows: list[tuple[str | int | TableCell, ...]] = [
        (
            index,
            _named(names[layer.name], layer),
            "×".join(map(str, layer.shape)),
            "" if layer.bits is None else f"{width_name(layer.bits)} {layer.method}",
            *(column.text(layer) for column in columns),
        )
        for index, layer in enumerate(manifest.layers)
    ]
    heads = ("#", "layer", "shape", "weights")
    ids = [f"layer-{index}" for index in range(len(rows))]
    return table(heads, [column.title for column in columns], rows, ids=ids)


def _named(name: str, layer: Layer) -> TableCell:
    # A function may be broken into lines where its words end.
    how = f"{layer.kind} by {layer.function}".replace("_", "_\u200b")
    return TableCell(name, (how, f"slow path: {layer.slow}") if layer.slow else (how,))


def _columns(manifest: Manifest) -> list[Column]:
    """Those of which something is known."""
    all_columns = (
        Column("MACs", lambda layer: _count(layer.macs)),
        Column("flash, B", lambda layer: _count(layer.constant_bytes)),
        Column("scratch, B", lambda layer: _count(layer.scratch_bytes)),
        Column(manifest.device.unit, lambda layer: _count(layer.counts)),
        Column("cycles (estimated)", lambda layer: _count(layer.cycles_estimated)),
        Column(*_time(manifest)),
    )
    return [column for column in all_columns if any(map(column.text, manifest.layers))]


def _time(manifest: Manifest) -> tuple[str, Callable[[Layer], str]]:
    """Milliseconds of a layer, from counted cycles where there are such."""
    if manifest.device.unit == "cycles":
        return "ms", lambda layer: _number(milliseconds(manifest, layer.counts))
    return "ms (estimated)", lambda layer: _number(milliseconds(manifest, layer.cycles_estimated))


def _count(value: int | None) -> str:
    return f"{value:,}" if value else ""


def _number(value: float | None) -> str:
    return "" if value is None else digits(value)
