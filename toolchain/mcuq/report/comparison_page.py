"""A comparison as one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Sequence

from mcuq.report.comparison import COMPARISON, Row, Side, comparison, differing_weights, rows
from mcuq.report.elements import FOLDER, TableCell, table
from mcuq.report.frame import embedded, framed
from mcuq.report.naming import short_names
from mcuq.shown import visible


def comparison_page(sides: Sequence[Side]) -> str:
    """The page; equal sides give equal text."""
    names = [visible(side.name) for side in sides]
    compared: list[tuple[str | TableCell, ...]] = [
        (row.name, *(_cell(row, at) for at in range(len(sides)))) for row in rows(sides)
    ]
    return framed(
        FOLDER / "comparison.html",
        title=" and ".join(names),
        subtitle="Side by side. Changes are from the first column.",
        figures=table(("",), names, compared),
        weights=_weights(names, sides),
        comparison=embedded(COMPARISON.text(comparison(sides))),
    )


def _cell(row: Row, at: int) -> TableCell:
    figure = row.figures[at]
    if figure is None:
        return TableCell("–")
    change = row.change(at) if at else ""
    verdict = row.verdict(at) if at else "equal"
    return TableCell(figure.text, (change,) if change else (), verdict)


def _weights(names: Sequence[str], sides: Sequence[Side]) -> str:
    """Layers whose weights differ; nothing where there are none."""
    differing = differing_weights(sides)
    if not differing:
        return ""
    short = short_names(one.layer for one in differing)
    lines = [(short[one.layer], *one.choices) for one in differing]
    listed = table(("layer", *names), (), lines)
    return f'<section><h2>Weights that differ</h2><div class="scroll">\n{listed}\n</div></section>'
