"""The report's first plot: the task's metric against what the device gives for it."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from mcuq.report.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    laid_out,
    safe_names,
    safe_text,
)
from mcuq.report.wording import is_rate, metric_value
from mcuq.result.front import Front, Point, Role
from mcuq.result.manifest import Manifest
from mcuq.units import format_bytes

_SHOWN_CHOICES = 16
_FAR = 1.5
"""A budget or a baseline further off than so many times the rest is named instead of drawn."""


@dataclass(frozen=True)
class _Style:
    name: str
    color: str
    symbol: str
    size: int


_ROLES: dict[Role, _Style] = {
    "candidate": _Style("the search's Pareto front", GREY, "circle", 8),
    "knapsack": _Style("one-shot (knapsack)", GREEN, "triangle-up", 12),
    "int4": _Style("all int4, min-max", PURPLE, "square", 10),
    "int8": _Style("all int8, min-max", BLUE, "diamond", 12),
    "chosen": _Style("built", ORANGE, "star", 16),
}


@dataclass(frozen=True)
class _Axis:
    attribute: str
    title: str
    limit: int | None


def pareto(manifest: Manifest, front: Front) -> go.Figure:
    """The metric against flash, RAM, instructions and, where they are limited, weight bytes; the
    float model and the budgets as lines."""
    points = [point for point in front.points if point.accuracy is not None]
    axes = _axes(manifest)
    figure = make_subplots(1, len(axes), shared_yaxes=True, horizontal_spacing=0.03)
    far = _far_below(manifest, points)
    for column, axis in enumerate(axes, start=1):
        for role, style in _ROLES.items():
            chosen = [point for point in points if point.role == role]
            if chosen:
                name = style.name
                if role == far:
                    name += f": {metric_value(manifest, _accuracy(chosen[0]))}, out of sight"
                trace = _trace(manifest, chosen, axis.attribute, style, name, column == 1)
                figure.add_trace(trace, 1, column)
        _draw_axis(figure, axis, points, column)
    near = [_accuracy(point) for point in points if point.role != far]
    _draw_metric(figure, manifest, near)
    return laid_out(figure, 420)


def _axes(manifest: Manifest) -> list[_Axis]:
    budget = manifest.budget
    axes = [
        _Axis("flash_bytes", "flash, bytes", budget.flash),
        _Axis("ram_bytes", "RAM, bytes", budget.ram),
        _Axis("instructions", "instructions, estimated", None),
    ]
    if budget.weight_bytes is not None:
        axes.append(_Axis("weight_bytes", "weights, bytes", budget.weight_bytes))
    return axes


def _accuracy(point: Point) -> float:
    assert point.accuracy is not None
    return point.accuracy


def _float(manifest: Manifest) -> list[float]:
    reference = manifest.result.float_
    return [] if reference is None else [reference]


def _far_below(manifest: Manifest, points: list[Point]) -> Role | None:
    """`int4` where plain rounding loses so much that all else would look alike beside it."""
    near = [_accuracy(p) for p in points if p.role != "int4"] + _float(manifest)
    span = max(max(near) - min(near), 0.01 * max(abs(value) for value in near))
    for point in points:
        if point.role == "int4":
            off = max(min(near) - _accuracy(point), _accuracy(point) - max(near))
            return "int4" if off > _FAR * span else None
    return None


def _trace(
    manifest: Manifest,
    points: list[Point],
    attribute: str,
    style: _Style,
    name: str,
    in_legend: bool,
) -> go.Scatter:
    return go.Scatter(
        x=[getattr(point, attribute) for point in points],
        y=[point.accuracy for point in points],
        mode="markers",
        name=name,
        legendgroup=style.name,
        showlegend=in_legend,
        marker={"color": style.color, "symbol": style.symbol, "size": style.size},
        text=[_hover(manifest, point) for point in points],
        hovertemplate="%{text}<extra>" + style.name + "</extra>",
    )


def _hover(manifest: Manifest, point: Point) -> str:
    names = safe_names(point.choices)
    value = metric_value(manifest, _accuracy(point))
    value = f"{safe_text(manifest.result.metric)} {value}"
    loss = "" if point.loss is None else f", search loss {point.loss:.4g}"
    lines = [
        f"{value}{'' if point.fits else ' (beyond the budget)'}{loss}",
        f"flash {point.flash_bytes:,} B, weights {point.weight_bytes:,} B",
        f"RAM {point.ram_bytes:,} B, {point.instructions:,} instructions",
    ]
    chosen = [f"{names[name]}: {safe_text(label)}" for name, label in point.choices.items()]
    shown = chosen[:_SHOWN_CHOICES]
    if len(chosen) > len(shown):
        shown.append(f"… and {len(chosen) - _SHOWN_CHOICES} more")
    return "<br>".join([*lines, *shown])


def _draw_axis(figure: go.Figure, axis: _Axis, points: list[Point], column: int) -> None:
    """The range around the points; the budget as a line where it is near, else in words."""
    values = [getattr(point, axis.attribute) for point in points] or [0]
    title = axis.title
    if axis.limit is not None and axis.limit <= _FAR * max(values):
        values.append(axis.limit)
        figure.add_vline(axis.limit, line_dash="dash", line_color=RED, row=1, col=column)
    elif axis.limit is not None:
        title += f"<br>(budget {format_bytes(axis.limit)})"
    margin = max(0.08 * (max(values) - min(values)), 0.02 * max(values), 1.0)
    ends = [max(0.0, min(values) - margin), max(values) + margin]
    figure.update_xaxes(title_text=title, range=ends, nticks=5, row=1, col=column)


def _draw_metric(figure: go.Figure, manifest: Manifest, values: list[float]) -> None:
    """The range around `values` and the float model, whose line is named in the legend."""
    reference = manifest.result.float_
    assert reference is not None  # points are drawn where the metric was measured
    name = f"float model: {metric_value(manifest, reference)}"
    figure.add_hline(reference, line_dash="dot", line_color=GREY, row=1, col="all")
    dotted = {"dash": "dot", "color": GREY}
    figure.add_trace(go.Scatter(x=[None], y=[None], mode="lines", line=dotted, name=name), 1, 1)
    values = [*values, reference]
    margin = max(0.1 * (max(values) - min(values)), 0.002 * max(abs(v) for v in values))
    figure.update_yaxes(range=[min(values) - margin, max(values) + 1.5 * margin])
    figure.update_yaxes(title_text=safe_text(manifest.result.metric), row=1, col=1)
    if is_rate(manifest):
        figure.update_yaxes(tickformat=".1%")
