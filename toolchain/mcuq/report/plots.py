"""The report's plots as Plotly figures; colours come from the page, so that it can go dark."""

from __future__ import annotations

import math
from collections.abc import Callable

import plotly.graph_objects as go

from mcuq.numeric.widths import width_name
from mcuq.report.drawing import (
    BITS_COLORS,
    ORANGE,
    Key,
    Panels,
    bits_color,
    laid_out,
    named_rows,
    row_height,
    safe_numbered,
    safe_text,
)
from mcuq.report.latency import milliseconds
from mcuq.report.memory_plot import memory
from mcuq.report.pareto import pareto
from mcuq.report.ranges import ranges
from mcuq.report.sensitivity import sensitivity
from mcuq.result.configuration import ConfigFile
from mcuq.result.front import Front
from mcuq.result.manifest import Layer, Manifest

_MOST_TICKS = 7
_BEYOND = 2.5
"""How far a tick may lie beyond the values: two of 1, 2 and 5 are always near enough."""


def plots(manifest: Manifest, front: Front, config: ConfigFile) -> dict[str, Panels]:
    """Every plot by the id of its place in the page; one without data is left out."""
    made = {
        "layers": layers(manifest),
        "memory": memory(manifest),
        "ranges": ranges(manifest, config),
    }
    if manifest.result.quantized is not None:
        made["pareto"] = pareto(manifest, front)
    alone = sensitivity(manifest, front)
    if alone is not None:
        made["sensitivity"] = alone
    if len(front.curve) > 1:
        made["curve"] = curve(manifest, front)
    return made


def curve(manifest: Manifest, front: Front) -> Panels:
    """Best fitting loss so far; the last value holds to the end of the search."""
    evaluations = [step.evaluations for step in front.curve]
    losses = [step.loss for step in front.curve]
    figure = go.Figure(
        go.Scatter(
            x=[*evaluations, max(manifest.search.evaluations, evaluations[-1])],
            y=[*losses, losses[-1]],
            line={"shape": "hv", "color": ORANGE},
            name="best fitting",
        )
    )
    figure.update_xaxes(title_text="configurations evaluated")
    figure.update_yaxes(title_text="search loss")
    positive = [loss for loss in losses if loss > 0]
    if positive:
        ticks = log_ticks(min(positive), max(positive))
        ends = (min(ticks[0], *positive), max(ticks[-1], *positive))
        low, high = (math.log10(end) for end in ends)
        margin = 0.04 * (high - low)
        figure.update_yaxes(type="log", tickvals=ticks, range=[low - margin, high + margin])
        figure.update_yaxes(tickformat="~g")
    return Panels((laid_out(figure, 300),))


def log_ticks(low: float, high: float) -> list[float]:
    """Numbers on a logarithmic axis, few enough to be read: 1, 2 and 5 of each decade, or 1 and 3,
    or 1 alone, or 1 of every so many decades; at least two, close to the ends or beyond them."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for digits in ((1, 2, 5), (1, 3), (1,)):
        made = [d * 10.0**e for e in range(first, last + 1) for d in digits]
        within = [value for value in made if low / _BEYOND <= value <= high * _BEYOND]
        if 1 < len(within) <= _MOST_TICKS:
            return within
    step = max(1, math.ceil((last - first) / (_MOST_TICKS - 1)))
    return [10.0**e for e in range(first, last + step, step)]


def layers(manifest: Manifest) -> Panels:
    """Bytes in flash, and time or counts, of every layer, coloured by the bits of its weights."""
    panels = [_layer_bars(manifest, "bytes in flash", lambda layer: layer.constant_bytes)]
    if any(milliseconds(manifest, layer.cycles_estimated) for layer in manifest.layers):
        panels.append(
            _layer_bars(
                manifest,
                "ms (estimated)",
                lambda layer: milliseconds(manifest, layer.cycles_estimated),
            )
        )
    elif any(layer.counts is not None for layer in manifest.layers):
        panels.append(_layer_bars(manifest, manifest.device.unit, lambda layer: layer.counts))
    return Panels(tuple(panels), bits_legend(manifest), least=440)


def bits_legend(manifest: Manifest) -> tuple[Key, ...]:
    """What the colours of layers mean."""
    used = dict.fromkeys(layer.bits for layer in manifest.layers)
    ordered = dict.fromkeys(bits for bits in (*BITS_COLORS, *used) if bits in used)
    return tuple(
        Key("no weights" if bits is None else f"{width_name(bits)} weights", bits_color(bits))
        for bits in ordered
    )


def _layer_bars(
    manifest: Manifest, title: str, value: Callable[[Layer], float | None]
) -> go.Figure:
    names = safe_numbered(manifest, (layer.name for layer in manifest.layers))
    # One row a layer, whatever its name is: Plotly joins equal ones.
    rows = list(range(len(manifest.layers)))
    figure = go.Figure(
        go.Bar(
            y=rows,
            x=[value(layer) for layer in manifest.layers],
            orientation="h",
            marker_color=[bits_color(layer.bits) for layer in manifest.layers],
            customdata=[
                f"{names[layer.name]}<br>{safe_text(layer.kind)} {safe_text(layer.method)}"
                for layer in manifest.layers
            ],
            hovertemplate=f"%{{customdata}}<br>%{{x:,}} {title}<extra></extra>",
        )
    )
    figure.update_xaxes(title_text=title, nticks=4)
    named_rows(figure, [names[layer.name] for layer in manifest.layers])
    return laid_out(figure, row_height(len(rows)))
