"""report.html: the manifest's figures, no name can break it, a browser draws it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
from browser import Frame, ask, needs_browser

from mcuq.findings import Finding
from mcuq.report.html import report_html
from mcuq.report.store import Report, read_manifest, write_report
from mcuq.report.wording import metric_value
from mcuq.result.configuration import ConfigFile
from mcuq.result.front import Front
from mcuq.result.manifest import MANIFEST, Manifest
from mcuq.units import format_bytes, format_count

PLOTS = {"pareto", "curve", "layers", "memory", "ranges"}


def page(report: Report) -> str:
    return report_html(report.manifest, report.front, report.config)


def embedded(html: str, name: str) -> dict[str, object]:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.S)
    assert found is not None
    document: dict[str, object] = json.loads(found[1])
    return document


def test_the_manifest_inside_is_the_manifest(report: Report) -> None:
    assert embedded(page(report), "manifest") == json.loads(MANIFEST.text(report.manifest))


def test_every_plot_has_a_place_and_data(report: Report) -> None:
    html = page(report)
    figures = embedded(html, "figures")
    assert set(figures) == PLOTS
    for name in PLOTS:
        assert f'id="{name}-0"' in html


def test_layer_bars_carry_the_bytes_and_counts_of_the_manifest(report: Report) -> None:
    bars: Any = embedded(page(report), "figures")["layers"]
    layers = report.manifest.layers
    (sizes,), (counts,) = (figure["data"] for figure in bars)
    assert sizes["x"] == [layer.constant_bytes for layer in layers]
    assert counts["x"] == [layer.counts for layer in layers]


def test_equal_results_give_equal_bytes(report: Report) -> None:
    assert page(report) == page(report)


def test_nothing_is_loaded_from_elsewhere(report: Report) -> None:
    head = page(report).split("<script>")[0]
    assert not re.search(r'(src|href)="(?!data:)', head)


def test_names_with_markup_stay_text(report: Report) -> None:
    html = page(report).split('<script type="application/json"')[0]
    assert "<b>" not in html
    assert "&lt;b&gt;" in html


def test_a_curve_without_steps_is_left_out(report: Report) -> None:
    front = Front(points=report.front.points, curve=())
    html = report_html(report.manifest, front, report.config)
    assert 'id="curve-0"' not in html


def points_of(traces: list[dict[str, Any]]) -> list[tuple[float, float]]:
    """(x, metric) of everything drawn in one of the plots of the front."""
    return sorted((x, y) for trace in traces for x, y in zip(trace["x"], trace["y"], strict=True))


def compared(manifest: Manifest, attribute: str) -> list[tuple[float, float]]:
    return sorted((getattr(one, attribute), one.accuracy) for one in manifest.compared)


COLUMNS = ("flash_bytes", "ram_bytes", "instructions", "weight_bytes")


def front_of(html: str) -> list[Any]:
    """The plots of the front."""
    plots: Any = embedded(html, "figures")["pareto"]
    return list(plots)


def across(figure: Any) -> list[float]:
    """Where it has vertical lines."""
    return [shape["x0"] for shape in figure["layout"]["shapes"] if shape["x0"] == shape["x1"]]


def test_the_front_is_the_metric_against_each_resource(report: Report) -> None:
    plots = front_of(page(report))
    for figure, attribute in zip(plots, COLUMNS, strict=True):
        assert points_of(figure["data"]) == compared(report.manifest, attribute)
        lines = [shape for shape in figure["layout"]["shapes"] if shape["y0"] == shape["y1"]]
        assert [line["y0"] for line in lines] == [report.manifest.result.float_]
    assert [across(figure) for figure in plots] == [
        *([], [], []),
        [report.manifest.budget.weight_bytes],
    ]


def test_time_takes_the_place_of_instructions_where_it_is_known(report: Report) -> None:
    points = tuple(
        point.model_copy(update={"cycles": 432_000 + i})
        for i, point in enumerate(report.front.points)
    )
    front = Front(points=points, curve=())
    time = front_of(report_html(report.manifest, front, report.config))[2]
    assert time["layout"]["xaxis"]["title"]["text"].startswith("ms")
    assert min(x for x, _ in points_of(time["data"])) == 2.0  # at 216 MHz
    assert "2.00 ms (estimated)" in str(time["data"])


def test_a_baseline_far_below_is_named_and_does_not_squeeze_the_rest(report: Report) -> None:
    html = page(report)
    low, high = front_of(html)[0]["layout"]["yaxis"]["range"]
    assert 0.42 < low < 0.95 < 0.985 < high
    assert "42.00 %, out of sight" in html


def test_every_budget_is_in_words_and_a_line_where_it_is_near(report: Report) -> None:
    budget = report.manifest.budget.model_copy(update={"flash": 95_000})
    manifest = report.manifest.model_copy(update={"budget": budget})
    plots = front_of(report_html(manifest, report.front, report.config))
    assert [across(figure) for figure in plots] == [[95_000], [], [], [45_600]]
    titles = [figure["layout"]["xaxis"]["title"]["text"] for figure in plots]
    assert "budget 92.8 KB" in titles[0]
    assert "budget 320.0 KB" in titles[1]


def test_hovering_tells_the_configuration(report: Report) -> None:
    figure = front_of(page(report))[0]
    text = next(trace["text"][0] for trace in figure["data"] if trace["name"] == "built")
    assert "98.00 %" in text
    assert "int4:minmax" in text


def test_ranges_are_shares_of_what_the_integers_reach(report: Report) -> None:
    (figure,) = cast(Any, embedded(page(report), "figures")["ranges"])
    boxes, low, high = figure["data"]
    (tensor,) = (t for t in report.config.tensors if t.role == "activation")
    assert (low["x"], high["x"]) == ([0.0], [1.0])
    assert high["customdata"][0][:3] == [tensor.scale[0] * 255, tensor.scale[0], -128]
    assert boxes["base"][-1] + boxes["x"][-1] == pytest.approx(13.0 / (0.05 * 255))
    assert len(boxes["x"]) == 3, "empty steps are not drawn"


def test_float_edges_have_no_range(report: Report) -> None:
    form = report.config.tensors[0].model_copy(update={"name": "edge", "bits": 32})
    wide = report.config.tensors[0].model_copy(update={"bits": 16, "zero_point": 0})
    config = ConfigFile(tensors=(form, wide))
    html = report_html(report.manifest, report.front, config)
    (figure,) = cast(Any, embedded(html, "figures")["ranges"])
    assert figure["data"][2]["customdata"][0][0] == 0.05 * 32767
    assert len(figure["data"][2]["y"]) == 1


FACTS = """(w) => {
  const d = w.document;
  const plots = [...d.querySelectorAll(".js-plotly-plot")];
  const front = [...d.querySelectorAll("[id^=pareto-]")];
  return {
    width: d.documentElement.scrollWidth,
    front: front.map(p => p.data.map(t => ({x: t.x, y: t.y}))),
    manifest: JSON.parse(d.getElementById("manifest").textContent),
    cards: [...d.querySelectorAll(".card")].map(c => c.innerText),
    marks: Object.fromEntries(plots.map(p =>
      [p.id, p.querySelectorAll(".trace, .point, .scatterlayer").length])),
  };
}"""


@pytest.mark.slow
@needs_browser
def test_a_browser_draws_the_manifests_figures_within_the_page_and_without_errors(
    report: Report, tmp_path: Path
) -> None:
    write_report(report, tmp_path)
    frames = [Frame(1280), Frame(390)]
    for frame, facts in zip(frames, ask(tmp_path / "report.html", frames, FACTS), strict=True):
        assert facts["width"] <= frame.width
        assert {name.partition("-")[0] for name in facts["marks"]} == PLOTS
        assert all(marks > 0 for marks in facts["marks"].values())
        manifest = read_manifest(tmp_path)
        assert facts["manifest"] == json.loads((tmp_path / "manifest.json").read_text())
        for traces, attribute in zip(facts["front"], COLUMNS, strict=True):
            assert points_of(traces) == compared(manifest, attribute)
        check_cards(manifest, facts)


def check_cards(manifest: Manifest, facts: dict[str, Any]) -> None:
    cards = "\n".join(facts["cards"]).replace("\u202f", " ")
    result = manifest.result
    for value in (result.quantized, result.float_, result.int8):
        assert metric_value(manifest, value) in cards
    for size in (result.flash_bytes, result.ram_bytes, result.weight_bytes):
        assert format_bytes(size) in cards
    assert format_count(result.instructions or 0) in cards


def test_warnings_are_shown_as_text(manifest: Manifest, report: Report) -> None:
    warning = Finding(code="data-range", message="reaches <255>", hint="divide & retry")
    warned = manifest.model_copy(update={"warnings": (warning,)})
    page = report_html(warned, report.front, report.config)
    assert "reaches &lt;255&gt;" in page
    assert "divide &amp; retry" in page
    assert "Warnings</h2>" not in report_html(manifest, report.front, report.config)
