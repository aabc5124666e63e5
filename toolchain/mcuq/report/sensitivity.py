"""The plot of what fewer bits cost, filter by filter."""

from __future__ import annotations

import plotly.graph_objects as go

from mcuq.numeric.widths import WIDTHS, width_name
from mcuq.report.drawing import (
    Key,
    Panels,
    bits_color,
    laid_out,
    named_rows,
    row_height,
    safe_numbered,
)
from mcuq.result.front import Front
from mcuq.result.manifest import Manifest

_NAMES = {width_name(width): width for width in WIDTHS}


def sensitivity(manifest: Manifest, front: Front) -> Panels | None:
    """Rise of the loss of every filter that the search has scored alone with less than int8, a bar
    a width; None where it has scored none."""
    found = {
        layer.name: _least(front.singles.get(layer.filter or "", {})) for layer in manifest.layers
    }
    rises = {name: rise for name, rise in found.items() if rise}
    widths = [bits for bits in _NAMES.values() if any(bits in found for found in rises.values())]
    if not widths:
        return None
    names = safe_numbered(manifest, rises)
    rows = list(range(len(rises)))
    figure = go.Figure(
        [
            go.Bar(
                y=rows,
                x=[found.get(bits) for found in rises.values()],
                orientation="h",
                marker_color=bits_color(bits),
                hovertemplate=f"{width_name(bits)}: %{{x:.3g}}<extra></extra>",
            )
            for bits in widths
        ]
    )
    figure.update_xaxes(title_text="rise of loss", tickformat="~g", nticks=4)
    named_rows(figure, [names[name] for name in rises])
    keys = tuple(Key(width_name(bits), bits_color(bits)) for bits in widths)
    return Panels((laid_out(figure, row_height(len(rows) * len(widths))),), keys, least=440)


def _least(choices: dict[str, float]) -> dict[int, float]:
    """Width below int8 → rise by the best method; a gain counts as none."""
    found: dict[int, float] = {}
    for choice, rise in choices.items():
        bits = _NAMES.get(choice.partition(":")[0], 8)
        if bits != 8:
            found[bits] = min(found.get(bits, rise), rise)
    return {bits: max(0.0, rise) for bits, rise in found.items()}
