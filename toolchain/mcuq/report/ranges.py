"""The report's plot of activation ranges: where values lie, and what the integers reach."""

from __future__ import annotations

import math
from dataclasses import dataclass

import plotly.graph_objects as go

from mcuq.report.drawing import (
    BLUE,
    ORANGE,
    Key,
    Panels,
    laid_out,
    named_rows,
    row_height,
    safe_numbered,
    safe_text,
)
from mcuq.result.configuration import ConfigFile, TensorConfig
from mcuq.result.manifest import Manifest

_REAL_BITS = 32
_SHOWN = 2.0
"""Values beyond so many times what is reached are seen by zooming out only."""


@dataclass(frozen=True)
class _Row:
    """An activation on the plot; `reach` is the larger end of its range, 1 on the axis."""

    label: str
    tensor: TensorConfig

    @property
    def ends(self) -> tuple[float, float]:
        """Real values of the lowest and the highest integer."""
        half = 1 << (self.tensor.bits - 1)
        scale, zero = self.tensor.scale[0], self.tensor.zero_point
        return scale * (-half - zero), scale * (half - 1 - zero)

    @property
    def reach(self) -> float:
        return max(map(abs, self.ends))


def ranges(manifest: Manifest, config: ConfigFile) -> Panels:
    """Each activation's values on calibration data and the range that its steps reach, both as
    shares of that range's larger end: tensors of all magnitudes stand side by side."""
    rows = _rows(manifest, config)
    figure = go.Figure()
    figure.add_trace(_distributions(rows))
    for side in (0, 1):
        figure.add_trace(_range_ends(rows, side))
    figure.update_layout(barmode="overlay", bargap=0.25)
    named_rows(figure, [row.label for row in rows])
    low = -_SHOWN if _any_negative(rows) else -0.1
    figure.update_xaxes(title_text="share of what is reached", tickformat=".0%")
    figure.update_xaxes(range=[low, _SHOWN], tickvals=[-1, 0, 1])
    legend = (Key("values on calibration data", BLUE), Key("what the integers reach", ORANGE, "┃"))
    return Panels((laid_out(figure, row_height(len(rows))),), legend)


def _rows(manifest: Manifest, config: ConfigFile) -> list[_Row]:
    """Activations that are integers, each with the number of the layer that computes it."""
    tensors = [t for t in config.tensors if t.role == "activation" and t.bits < _REAL_BITS]
    names = safe_numbered(manifest, (tensor.name for tensor in tensors))
    return [_Row(names[tensor.name], tensor) for tensor in tensors]


def _any_negative(rows: list[_Row]) -> bool:
    lows = (row.tensor.histogram.low for row in rows if row.tensor.histogram)
    return any(low < 0 for low in lows) or any(row.ends[0] < 0 for row in rows)


def _distributions(rows: list[_Row]) -> go.Bar:
    """One strip a tensor: a box for each step of its histogram, the darker the more values."""
    boxes: list[tuple[int, float, float, float]] = []
    for at, row in enumerate(rows):
        histogram = row.tensor.histogram
        if histogram is None or not histogram.counts:
            continue
        step = (histogram.high - histogram.low) / len(histogram.counts)
        top = math.log1p(max(histogram.counts))
        boxes += [
            (
                at,
                (histogram.low + i * step) / row.reach,
                step / row.reach,
                0.15 + 0.85 * math.log1p(count) / top,
            )
            for i, count in enumerate(histogram.counts)
            if count
        ]
    return go.Bar(
        y=[box[0] for box in boxes],
        base=[box[1] for box in boxes],
        x=[box[2] for box in boxes],
        orientation="h",
        marker={"color": [f"rgba(0,114,178,{box[3]:.2f})" for box in boxes], "line": {"width": 0}},
        hoverinfo="skip",
    )


def _range_ends(rows: list[_Row], side: int) -> go.Scatter:
    return go.Scatter(
        y=list(range(len(rows))),
        x=[row.ends[side] / row.reach for row in rows],
        mode="markers",
        marker={"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": ORANGE}},
        customdata=[
            [
                row.ends[side],
                row.tensor.scale[0],
                row.tensor.zero_point,
                safe_text(row.tensor.scheme),
                row.label,
            ]
            for row in rows
        ],
        hovertemplate=(
            f"%{{customdata[4]}}<br>{('lowest', 'highest')[side]} %{{customdata[0]:.4g}}"
            "<br>scale %{customdata[1]:.4g}, zero point %{customdata[2]}"
            "<br>observer %{customdata[3]}<extra></extra>"
        ),
    )
