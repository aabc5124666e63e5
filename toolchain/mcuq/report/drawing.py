"""What all plots of the report share: colours, names and a layout without a ground of its own."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import plotly.graph_objects as go

from mcuq.report.naming import short_names
from mcuq.shown import visible

# Okabe and Ito's palette: told apart by colour-blind readers, and on light and dark ground.
BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#8A8F98"
PURPLE = "#CC79A7"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, "#56B4E9", RED, "#B8A200", GREY)


def safe_names(names: Iterable[str]) -> dict[str, str]:
    """Short names, safe where Plotly reads a subset of HTML."""
    return {name: escape(short) for name, short in short_names(names).items()}


def safe_text(text: str) -> str:
    """Any text, safe there, too."""
    return escape(visible(text))


def laid_out(figure: go.Figure, height: int, *, legend: bool = True) -> go.Figure:
    """`figure` as high as that, in pixels; the page gives the colours of ground and ink."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 40 if legend else 12, "b": 8},
        showlegend=legend,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0.0},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        template="none",
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    return figure
