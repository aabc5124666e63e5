"""report.html: the manifest's figures, no name can break it, a browser draws it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from mcuq.findings import Finding
from mcuq.report.html import report_html
from mcuq.report.store import Report, read_manifest, write_report
from mcuq.report.wording import metric_value
from mcuq.result.configuration import ConfigFile
from mcuq.result.front import Front
from mcuq.result.manifest import MANIFEST, Manifest
from mcuq.units import format_bytes, format_count

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
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
        assert f'id="{name}"' in html


def test_layer_bars_carry_the_bytes_and_counts_of_the_manifest(report: Report) -> None:
    figure = embedded(page(report), "figures")["layers"]
    assert isinstance(figure, dict)
    bars = [trace["x"] for trace in figure["data"]]
    layers = report.manifest.layers
    assert sum(map(sum, bars[::2])) == sum(layer.constant_bytes for layer in layers)
    assert sum(map(sum, bars[1::2])) == sum(layer.counts or 0 for layer in layers)


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
    assert 'id="curve"' not in html


def points_of(figure: dict[str, Any], axis: str) -> list[tuple[float, float]]:
    """(x, metric) of everything drawn in one of the columns of the first plot."""
    return sorted(
        (x, y)
        for trace in figure["data"]
        if trace["xaxis"] == axis
        for x, y in zip(trace["x"], trace["y"], strict=True)
        if x is not None
    )


def compared(manifest: Manifest, attribute: str) -> list[tuple[float, float]]:
    return sorted((getattr(one, attribute), one.accuracy) for one in manifest.compared)


COLUMNS = {"x": "flash_bytes", "x2": "ram_bytes", "x3": "instructions", "x4": "weight_bytes"}


def test_the_front_is_the_metric_against_each_resource(report: Report) -> None:
    figure: Any = embedded(page(report), "figures")["pareto"]
    for axis, attribute in COLUMNS.items():
        assert points_of(figure, axis) == compared(report.manifest, attribute)
    lines = [shape for shape in figure["layout"]["shapes"] if shape["x0"] == shape["x1"]]
    assert [shape["x0"] for shape in lines] == [report.manifest.budget.weight_bytes]
    levels = {shape["y0"] for shape in figure["layout"]["shapes"] if shape["y0"] == shape["y1"]}
    assert levels == {report.manifest.result.float_}


def test_a_baseline_far_below_is_named_and_does_not_squeeze_the_rest(report: Report) -> None:
    figure: Any = embedded(page(report), "figures")["pareto"]
    low, high = figure["layout"]["yaxis"]["range"]
    assert 0.42 < low < 0.95 < 0.985 < high
    assert any("42.00 %, out of sight" in trace["name"] for trace in figure["data"])


def test_every_budget_is_a_line_or_in_words(report: Report) -> None:
    budget = report.manifest.budget.model_copy(update={"flash": 95_000})
    manifest = report.manifest.model_copy(update={"budget": budget})
    figure: Any = embedded(report_html(manifest, report.front, report.config), "figures")["pareto"]
    lines = {shape["x0"] for shape in figure["layout"]["shapes"] if shape["x0"] == shape["x1"]}
    assert lines == {95_000, 45_600}
    assert "budget 320.0 KB" in figure["layout"]["xaxis2"]["title"]["text"]


def test_hovering_tells_the_configuration(report: Report) -> None:
    figure: Any = embedded(page(report), "figures")["pareto"]
    text = next(trace["text"][0] for trace in figure["data"] if trace["name"] == "built")
    assert "98.00 %" in text
    assert "int4:minmax" in text


def test_ranges_are_shares_of_what_the_integers_reach(report: Report) -> None:
    figure: Any = embedded(page(report), "figures")["ranges"]
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
    figure: Any = embedded(report_html(report.manifest, report.front, config), "figures")["ranges"]
    assert figure["data"][2]["customdata"][0][0] == 0.05 * 32767
    assert len(figure["data"][2]["y"]) == 1


def drawn(folder: Path, width: int) -> dict[str, Any]:
    """What a browser says of the page in a frame of that width."""
    assert BROWSER is not None
    # A frame, because a headless window is never narrower than 500 pixels.
    (folder / "frame.html").write_text(
        f'<iframe id="f" src="report.html" style="border:0;width:{width}px;height:3000px"></iframe>'
        "<pre></pre><script>onload = () => {"
        "const d = document.getElementById('f').contentDocument;"
        "const plots = [...d.querySelectorAll('.js-plotly-plot')];"
        "const marks = p => p.querySelectorAll('.trace, .point, .scatterlayer').length;"
        "const front = d.getElementById('pareto').data.map(t => "
        "({x: t.x, y: t.y, xaxis: t.xaxis || 'x'}));"
        "document.querySelector('pre').textContent = JSON.stringify({"
        "width: d.documentElement.scrollWidth, front: {data: front},"
        "manifest: JSON.parse(d.getElementById('manifest').textContent),"
        "cards: [...d.querySelectorAll('.card')].map(c => c.innerText),"
        "marks: Object.fromEntries(plots.map(p => [p.id, marks(p)]))}); };</script>"
    )
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    command += ["--allow-file-access-from-files", f"--user-data-dir={folder / 'profile'}"]
    command += ["--virtual-time-budget=10000", "--window-size=1400,3200", "--dump-dom"]
    url = (folder / "frame.html").as_uri()
    run = subprocess.run([*command, url], capture_output=True, text=True, timeout=240, check=True)
    assert "CONSOLE" not in run.stderr
    found = re.search(r"<pre>(.*?)</pre>", run.stdout, re.S)
    assert found is not None
    facts: dict[str, Any] = json.loads(unescape(found[1]))
    return facts


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium (apt-get install chromium)")
@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_draws_the_manifests_figures_within_the_page_and_without_errors(
    report: Report, tmp_path: Path, width: int
) -> None:
    write_report(report, tmp_path)
    facts = drawn(tmp_path, width)
    assert facts["width"] <= width
    assert set(facts["marks"]) == PLOTS
    assert all(marks > 0 for marks in facts["marks"].values())
    manifest = read_manifest(tmp_path)
    assert facts["manifest"] == json.loads((tmp_path / "manifest.json").read_text())
    for axis, attribute in COLUMNS.items():
        assert points_of(facts["front"], axis) == compared(manifest, attribute)
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
