"""What all plots of the report share: colours, names and a layout without a ground of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from mcuq.numeric.widths import TERNARY
from mcuq.report.naming import numbered_names
from mcuq.result.manifest import Manifest
from mcuq.shown import visible

# Okabe and Ito's palette: told apart by colour-blind readers, and on light and dark ground.
BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#8A8F98"
PURPLE = "#CC79A7"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, "#56B4E9", RED, "#B8A200", GREY)
BITS_COLORS = {8: BLUE, 4: ORANGE, 2: PURPLE, TERNARY: GREEN, None: GREY}
"""Of a layer, by the bits of its weights."""
_TITLE_GAP = 10
"""Pixels between the numbers of an axis and its title: without it Plotly sets one on the other."""


def bits_color(bits: int | None) -> str:
    """Of a layer whose weights have so many bits, None for one without; grey for a width that mcuq
    does not make."""
    return BITS_COLORS.get(bits, GREY)


@dataclass(frozen=True)
class Key:
    """An entry of a legend: what it means, and the mark."""

    text: str
    color: str
    mark: str = "■"


@dataclass(frozen=True)
class Panels:
    """Figures side by side, one below the other where the page is narrow, with one legend.

    Attributes:
        figures: each with axes of its own.
        legend: of all of them.
        least: pixels that one needs in width.
    """

    figures: tuple[go.Figure, ...]
    legend: tuple[Key, ...] = ()
    least: int = 240


def safe_numbered(manifest: Manifest, names: Iterable[str]) -> dict[str, str]:
    """Numbered names, safe where Plotly reads a subset of HTML."""
    return {name: escape(text) for name, text in numbered_names(manifest, names).items()}


def safe_text(text: str) -> str:
    """Any text, safe there, too."""
    return escape(visible(text))


def laid_out(figure: go.Figure, height: int) -> go.Figure:
    """`figure` as high as that, in pixels; the page gives the colours of ground and ink."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        template="none",
    )
    figure.update_xaxes(automargin=True, tickangle=0, title_standoff=_TITLE_GAP)
    figure.update_yaxes(automargin=True, title_standoff=_TITLE_GAP)
    return figure


def named_rows(figure: go.Figure, names: list[str]) -> None:
    """Rows 0, 1, … from above, called `names`."""
    rows = list(range(len(names)))
    figure.update_yaxes(
        tickvals=rows, ticktext=names, range=[len(rows) - 0.5, -0.5], ticklabelstandoff=4
    )


def row_height(rows: int) -> int:
    """Pixels of a plot with so many rows, its axis below them included."""
    return 70 + 22 * rows
