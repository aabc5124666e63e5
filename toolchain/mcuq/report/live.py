"""The page of a build that goes on: its stages, and what its search has found so far."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from string import Template

import plotly.graph_objects as go

from mcuq.findings import Finding
from mcuq.progress import Progress, SearchSoFar
from mcuq.report.drawing import BLUE, GREY, ORANGE, laid_out
from mcuq.report.elements import FOLDER, style
from mcuq.shown import visible

REFRESH_S = 2
"""Between two looks of the browser."""
_TITLES = {
    "curve": ("How it gets there", "The best configuration within the budget so far."),
    "front": (
        "What nothing else beats",
        "Loss on search samples against bytes of weights; what does not fit the budget is grey.",
    ),
}


@dataclass(frozen=True)
class LiveBuild:
    """What is known of a build that goes on.

    Attributes:
        title: of the page.
        stages: the last step of each stage, in order.
        found: what looked wrong.
        search: None before the search.
    """

    title: str
    stages: tuple[Progress, ...] = ()
    found: tuple[Finding, ...] = ()
    search: SearchSoFar | None = None


def live_page(build: LiveBuild) -> str:
    """HTML that asks for itself again every `REFRESH_S`, and for plotly.js once."""
    made = {} if build.search is None else _figures(build.search)
    page = Template((FOLDER / "live.html").read_text(encoding="utf-8"))
    shown = {name: json.loads(figure.to_json()) for name, figure in made.items()}
    return page.substitute(
        seconds=REFRESH_S,
        title=escape(build.title),
        subtitle=escape(_words(build.stages[-1]) if build.stages else "begins"),
        style=style(),
        stages="\n".join(_stages(build.stages)),
        warnings=_warnings(build.found),
        plots="\n".join(_place(name) for name in made),
        figures=json.dumps(shown).replace("<", "\\u003c"),
    )


def _stages(stages: Sequence[Progress]) -> list[str]:
    """Every stage but the last is done."""
    done, last = ' class="good"', len(stages) - 1
    return [
        f"<li{'' if number == last else done}>{escape(_words(one))}</li>"
        for number, one in enumerate(stages)
    ]


def _words(one: Progress) -> str:
    count = "" if one.total is None else f"({one.done} of {one.total})"
    told = " ".join(part for part in (visible(one.note), count) if part)
    return f"{one.stage}: {told}" if told else one.stage


def _warnings(found: Sequence[Finding]) -> str:
    if not found:
        return ""
    rows = "\n".join(
        f"<li>{escape(visible(one.message))} <small>{escape(visible(one.hint))}</small></li>"
        for one in found
    )
    return f'<section><h2>Warnings</h2><ul class="warnings">\n{rows}\n</ul></section>'


def _place(name: str) -> str:
    title, text = _TITLES[name]
    return f'<section><h2>{title}</h2><p>{text}</p><div id="{name}"></div></section>'


def _figures(search: SearchSoFar) -> dict[str, go.Figure]:
    """By the id of the place; one without data is left out."""
    made = {}
    if search.curve:
        made["curve"] = _curve(search)
    if search.front:
        made["front"] = _front(search)
    return made


def _curve(search: SearchSoFar) -> go.Figure:
    at, losses = zip(*search.curve, strict=True)
    line = {"shape": "hv", "color": ORANGE}
    figure = go.Figure(go.Scatter(x=at, y=losses, mode="lines+markers", line=line))
    figure.update_xaxes(title_text="configurations scored")
    figure.update_yaxes(title_text="search loss", type="log", tickformat="~g", nticks=6)
    return laid_out(figure, 300)


def _front(search: SearchSoFar) -> go.Figure:
    figure = go.Figure(
        go.Scatter(
            x=[one.weight_bytes for one in search.front],
            y=[one.loss for one in search.front],
            mode="markers",
            marker={"size": 9, "color": [BLUE if one.fits else GREY for one in search.front]},
            customdata=[[one.flash, one.ram] for one in search.front],
            hovertemplate="loss %{y:.5f}<br>weights %{x:,} B<br>flash %{customdata[0]:,} B"
            "<br>RAM %{customdata[1]:,} B<extra></extra>",
        )
    )
    figure.update_xaxes(title_text="bytes of weights")
    figure.update_yaxes(title_text="search loss", type="log", tickformat="~g", nticks=6)
    return laid_out(figure, 360)
