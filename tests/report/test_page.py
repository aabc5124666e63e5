"""report.html: the manifest's figures, no name can break it, a browser draws it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mcuq.report.front import Front
from mcuq.report.html import report_html
from mcuq.report.store import Report, write_report

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
    assert embedded(page(report), "manifest") == json.loads(report.manifest.to_json())


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


@pytest.mark.slow
@pytest.mark.skipif(BROWSER is None, reason="no Chromium (apt-get install chromium)")
@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_draws_every_plot_within_the_page_and_without_errors(
    report: Report, tmp_path: Path, width: int
) -> None:
    assert BROWSER is not None
    write_report(report, tmp_path)
    # A frame, because a headless window is never narrower than 500 pixels.
    (tmp_path / "frame.html").write_text(
        f'<iframe id="f" src="report.html" style="border:0;width:{width}px;height:3000px"></iframe>'
        "<script>onload = () => { const d = document.getElementById('f').contentDocument;"
        "document.title = [...d.querySelectorAll('.js-plotly-plot')].map((p) =>"
        "p.id + ':' + p.querySelectorAll('.trace, .point, .scatterlayer').length).join(' ') +"
        "' width:' + d.documentElement.scrollWidth; };</script>"
    )
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    command += ["--allow-file-access-from-files", f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--virtual-time-budget=10000", "--window-size=1400,3200", "--dump-dom"]
    run = subprocess.run(
        [*command, (tmp_path / "frame.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "CONSOLE" not in run.stderr
    title = re.search(r"<title>(.*?)</title>", run.stdout)
    assert title is not None
    facts = dict(part.split(":") for part in title[1].split())
    assert int(facts.pop("width")) <= width
    assert set(facts) == PLOTS
    assert all(int(marks) > 0 for marks in facts.values())
