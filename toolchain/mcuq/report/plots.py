"""The report's plots as Plotly figures; colours come from the page, so that it can go dark."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mcuq.numeric.widths import width_name
from mcuq.report.drawing import BLUE, GREY, ORANGE, PALETTE, RED, laid_out, safe_names
from mcuq.report.pareto import pareto
from mcuq.report.ranges import ranges
from mcuq.result.configuration import ConfigFile
from mcuq.result.front import Front
from mcuq.result.manifest import Manifest

BITS_COLORS = {8: BLUE, 4: ORANGE, None: GREY}


def figures(manifest: Manifest, front: Front, config: ConfigFile) -> dict[str, go.Figure]:
    """Every plot by the id of its place in the page; one without data is left out."""
    made = {
        "layers": layers(manifest),
        "memory": memory(manifest),
        "ranges": ranges(config),
    }
    if manifest.result.quantized is not None:
        made["pareto"] = pareto(manifest, front)
    if len(front.curve) > 1:
        made["curve"] = curve(manifest, front)
    return made


def curve(manifest: Manifest, front: Front) -> go.Figure:
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
    figure.update_yaxes(title_text="search loss", type="log", tickformat="~g", nticks=6)
    return laid_out(figure, 300, legend=False)


def layers(manifest: Manifest) -> go.Figure:
    """Bytes in flash and counts of every layer, coloured by the bits of its weights."""
    counts = any(layer.counts is not None for layer in manifest.layers)
    names = safe_names(layer.name for layer in manifest.layers)
    labels = [f"{i} {names[layer.name]}" for i, layer in enumerate(manifest.layers)]
    figure = make_subplots(1, 1 + counts, shared_yaxes=True, horizontal_spacing=0.04)
    for bits, color in BITS_COLORS.items():
        chosen = [i for i, layer in enumerate(manifest.layers) if layer.bits == bits]
        if not chosen:
            continue
        name = "no weights" if bits is None else f"{width_name(bits)} weights"
        figure.add_trace(
            go.Bar(
                y=[labels[i] for i in chosen],
                x=[manifest.layers[i].constant_bytes for i in chosen],
                orientation="h",
                name=name,
                marker_color=color,
                legendgroup=name,
                hovertext=[manifest.layers[i].method for i in chosen],
                hovertemplate="%{y}<br>%{x:,} B %{hovertext}<extra></extra>",
            ),
            1,
            1,
        )
        if counts:
            figure.add_trace(
                go.Bar(
                    y=[labels[i] for i in chosen],
                    x=[manifest.layers[i].counts for i in chosen],
                    orientation="h",
                    marker_color=color,
                    legendgroup=name,
                    showlegend=False,
                    hovertemplate="%{y}<br>%{x:,}<extra></extra>",
                ),
                1,
                2,
            )
    figure.update_yaxes(categoryorder="array", categoryarray=labels[::-1])
    figure.update_xaxes(title_text="bytes in flash", row=1, col=1)
    if counts:
        figure.update_xaxes(title_text=manifest.device.unit, row=1, col=2)
    return laid_out(figure, 140 + 22 * len(labels))


def memory(manifest: Manifest) -> go.Figure:
    """The arena over time: a box for every buffer, from its first to its last layer."""
    names = safe_names(block.name for block in manifest.memory)
    figure = go.Figure()
    for index, block in enumerate(manifest.memory):
        figure.add_trace(
            go.Bar(
                x=[(block.first + block.last) / 2],
                y=[block.size],
                base=[block.offset],
                width=[block.last - block.first + 0.94],
                marker_color=PALETTE[index % len(PALETTE)],
                name=names[block.name],
                text=[names[block.name]],
                textposition="inside",
                insidetextanchor="middle",
                hovertemplate=(
                    f"{names[block.name]}<br>{block.size:,} B at {block.offset:,}"
                    f"<br>layers {block.first} to {block.last}<extra></extra>"
                ),
            )
        )
    peak = manifest.result.arena_bytes
    figure.add_hline(peak, line_dash="dash", line_color=RED, annotation_text=f"arena {peak:,} B")
    # Names only where they can be read; the others show theirs when pointed at.
    figure.update_layout(barmode="overlay", uniformtext={"minsize": 9, "mode": "hide"})
    figure.update_xaxes(title_text="layer", dtick=1 if len(manifest.layers) < 30 else 5)
    figure.update_yaxes(title_text="arena, bytes", rangemode="tozero")
    return laid_out(figure, 380, legend=False)
