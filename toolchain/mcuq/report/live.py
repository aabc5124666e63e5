"""The page of a build or a search that goes on: its stages, and what has been found so far."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from mcuq.findings import Finding
from mcuq.progress import Progress, SearchSoFar
from mcuq.report.drawing import BLUE, GREY, ORANGE, laid_out
from mcuq.report.elements import FOLDER, warnings
from mcuq.report.frame import embedded, framed
from mcuq.report.libraries import PLOTS
from mcuq.shown import visible

REFRESH_S = 2
"""Between two looks of the browser."""
_FETCHED = '<script src="plotly.js"></script>'
_TITLES = {
    "curve": ("How it gets there", "The best configuration within the budget so far."),
    "front": (
        "What nothing else beats",
        "Loss on search samples against bytes of weights; what does not fit the budget is grey.",
    ),
}


@dataclass(frozen=True)
class LiveBuild:
    """What is known of a build or a search.

    Attributes:
        title: of the page.
        stages: the last step of each stage, in order.
        found: what looked wrong.
        search: None before the search.
        is_done: nothing more will be known.
    """

    title: str
    stages: tuple[Progress, ...] = ()
    found: tuple[Finding, ...] = ()
    search: SearchSoFar | None = None
    is_done: bool = False


def live_page(build: LiveBuild) -> str:
    """HTML that asks for itself again every `REFRESH_S`, and for plotly.js once; when the build is
    done, HTML that asks for nothing."""
    made = {} if build.search is None else _figures(build.search)
    shown = {name: json.loads(figure.to_json()) for name, figure in made.items()}
    return framed(
        FOLDER / "live.html",
        title=build.title,
        subtitle=_subtitle(build),
        head="" if build.is_done else f'<meta http-equiv="refresh" content="{REFRESH_S}">\n',
        plotting=f"<script>{PLOTS.script()}</script>" if build.is_done else _FETCHED,
        stages="\n".join(_stages(build)),
        warnings=warnings(build.found),
        plots="\n".join(_place(name) for name in made),
        figures=embedded(json.dumps(shown)),
    )


def _subtitle(build: LiveBuild) -> str:
    if build.is_done:
        return "done"
    return _words(build.stages[-1]) if build.stages else "begins"


def _stages(build: LiveBuild) -> list[str]:
    """Every stage but the last is done, in the end that one, too."""
    done, going_on = ' class="good"', -1 if build.is_done else len(build.stages) - 1
    return [
        f"<li{'' if number == going_on else done}>{escape(_words(one))}</li>"
        for number, one in enumerate(build.stages)
    ]


def _words(one: Progress) -> str:
    count = "" if one.total is None else f"({one.done} of {one.total})"
    told = " ".join(part for part in (visible(one.note), count) if part)
    return f"{one.stage}: {told}" if told else one.stage


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
