"""The report's front: what accuracy costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import plotly.graph_objects as go

from mcuq.report.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    Key,
    Panels,
    laid_out,
    safe_numbered,
    safe_text,
)
from mcuq.report.latency import energy_text, microjoules, milliseconds, ms_text
from mcuq.report.wording import is_rate, metric_value
from mcuq.result.front import Front, Point, Role
from mcuq.result.manifest import Manifest
from mcuq.units import format_bytes, format_count

_SHOWN_CHOICES = 16
_FAR = 1.5
"""A budget or a baseline further off than so many times the rest is named instead of drawn."""


@dataclass(frozen=True)
class _Style:
    """How points of a role are drawn; `mark` is the same symbol in a line of text."""

    name: str
    color: str
    symbol: str
    mark: str
    size: int


_ROLES: dict[Role, _Style] = {
    "candidate": _Style("the search's Pareto front", GREY, "circle", "●", 8),
    "knapsack": _Style("one-shot (knapsack)", GREEN, "triangle-up", "▲", 12),
    "int4": _Style("all int4, min-max", PURPLE, "square", "■", 10),
    "int8": _Style("all int8, min-max", BLUE, "diamond", "◆", 12),
    "chosen": _Style("built", ORANGE, "star", "★", 16),
}


@dataclass(frozen=True)
class _Axis:
    """A resource: what a point takes of it, and how much may be taken."""

    title: str
    value: Callable[[Point], float]
    limit: int | None = None


def pareto(manifest: Manifest, front: Front) -> Panels:
    """The metric against flash, RAM, time and, where they are limited, weight bytes; the float
    model and the budgets as lines. Time is in instructions where cycles are not known."""
    points = [point for point in front.points if point.accuracy is not None]
    far = _far_below(manifest, points)
    near = [_accuracy(point) for point in points if point.role != far]
    figures = []
    for axis in _axes(manifest, points):
        figure = go.Figure()
        for role, style in _ROLES.items():
            chosen = [point for point in points if point.role == role]
            if chosen:
                figure.add_trace(_trace(manifest, chosen, axis, style))
        _draw_axis(figure, axis, points)
        _draw_metric(figure, manifest, near)
        figures.append(laid_out(figure, 340))
    return Panels(tuple(figures), tuple(_legend(manifest, points, far)), least=250)


def _axes(manifest: Manifest, points: list[Point]) -> list[_Axis]:
    budget = manifest.budget
    axes = [
        _Axis("flash, bytes", lambda point: point.flash_bytes, budget.flash),
        _Axis("RAM, bytes", lambda point: point.ram_bytes, budget.ram),
        _time_axis(manifest, points),
    ]
    if budget.weight_bytes is not None:
        axes.append(_Axis("weights, bytes", lambda point: point.weight_bytes, budget.weight_bytes))
    return axes


def _time_axis(manifest: Manifest, points: list[Point]) -> _Axis:
    times = {id(point): milliseconds(manifest, point.cycles) for point in points}
    known = {key: ms for key, ms in times.items() if ms is not None}
    if points and len(known) == len(points):
        return _Axis("ms, estimated", lambda point: known[id(point)])
    return _Axis("instructions, estimated", lambda point: point.instructions)


def _legend(manifest: Manifest, points: list[Point], far: Role | None) -> list[Key]:
    roles = {point.role: point for point in points}
    keys = []
    for role, style in _ROLES.items():
        if role in roles:
            off = f": {metric_value(manifest, _accuracy(roles[role]))}, out of sight"
            keys.append(Key(style.name + (off if role == far else ""), style.color, style.mark))
    keys.append(Key(f"float model: {metric_value(manifest, manifest.result.float_)}", GREY, "┄"))
    keys.append(Key("budget, where near", RED, "┆"))
    return keys


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


def _trace(manifest: Manifest, points: list[Point], axis: _Axis, style: _Style) -> go.Scatter:
    return go.Scatter(
        x=[axis.value(point) for point in points],
        y=[point.accuracy for point in points],
        mode="markers",
        name=style.name,
        marker={"color": style.color, "symbol": style.symbol, "size": style.size},
        text=[_hover(manifest, point) for point in points],
        hovertemplate="%{text}<extra>" + style.name + "</extra>",
    )


def _hover(manifest: Manifest, point: Point) -> str:
    names = safe_numbered(manifest, point.choices)
    value = metric_value(manifest, _accuracy(point))
    value = f"{safe_text(manifest.result.metric)} {value}"
    loss = "" if point.loss is None else f", search loss {point.loss:.4g}"
    lines = [
        f"{value}{'' if point.fits else ' (beyond the budget)'}{loss}",
        f"flash {point.flash_bytes:,} B, weights {point.weight_bytes:,} B",
        f"RAM {point.ram_bytes:,} B, {point.instructions:,} instructions",
        *_time(manifest, point),
    ]
    chosen = [f"{names[name]}: {safe_text(label)}" for name, label in point.choices.items()]
    shown = chosen[:_SHOWN_CHOICES]
    if len(chosen) > len(shown):
        shown.append(f"… and {len(chosen) - _SHOWN_CHOICES} more")
    return "<br>".join([*lines, *shown])


def _time(manifest: Manifest, point: Point) -> list[str]:
    """Estimated cycles, with time and energy where they are known."""
    if point.cycles is None:
        return []
    cycles = f"{format_count(point.cycles)} cycles"
    time = ms_text(milliseconds(manifest, point.cycles))
    energy = energy_text(microjoules(manifest, point.cycles))
    return [", ".join(word for word in (cycles, time, energy) if word) + " (estimated)"]


def _draw_axis(figure: go.Figure, axis: _Axis, points: list[Point]) -> None:
    """The range around the points; the budget in words, and as a line where it is near."""
    values = [axis.value(point) for point in points] or [0.0]
    if axis.limit is not None and axis.limit <= _FAR * max(values):
        values.append(axis.limit)
        figure.add_vline(axis.limit, line_dash="dash", line_color=RED)
    # Two lines always: the plots beside each other are equally high then.
    below = "" if axis.limit is None else f"budget {format_bytes(axis.limit)}"
    title = f"{axis.title}<br>{below}"
    margin = max(0.08 * (max(values) - min(values)), 0.02 * max(values)) or 1.0
    ends = [max(0.0, min(values) - margin), max(values) + margin]
    figure.update_xaxes(title_text=title, range=ends, nticks=5)


def _draw_metric(figure: go.Figure, manifest: Manifest, values: list[float]) -> None:
    """The range around `values` and the float model, whose line is named in the legend."""
    reference = manifest.result.float_
    assert reference is not None  # points are drawn where the metric was measured
    figure.add_hline(reference, line_dash="dot", line_color=GREY)
    values = [*values, reference]
    margin = max(0.1 * (max(values) - min(values)), 0.002 * max(abs(v) for v in values))
    figure.update_yaxes(
        title_text=safe_text(manifest.result.metric),
        range=[min(values) - margin, max(values) + 1.5 * margin],
        nticks=7,
    )
    if is_rate(manifest):
        figure.update_yaxes(tickformat=".1%")
