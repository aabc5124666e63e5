"""Estimated cycles stand under their own name on every page, and give way to measured ones."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from mcuq.report.gates import compared_figures, regressions
from mcuq.report.html import report_html
from mcuq.report.summary import summary
from mcuq.report.wording import estimate_text
from mcuq.result.configuration import ConfigFile
from mcuq.result.front import Front
from mcuq.result.manifest import MANIFEST, Manifest

FIGURES = {
    "cycles_estimated": 2_000_000,
    "cycles_interval": (1_840_000, 2_160_000),
    "cycles_basis": "pipeline",
    "ms_estimated": 9.2593,
    "uj_estimated": 250.5,
}


@pytest.fixture
def estimated(manifest: Manifest) -> Manifest:
    layers = tuple(
        layer.model_copy(update={"cycles_estimated": 1234, "cycles_interval": (1100, 1300)})
        for layer in manifest.layers
    )
    result = manifest.result.model_copy(update=FIGURES)
    return manifest.model_copy(update={"result": result, "layers": layers})


def drawn(manifest: Manifest) -> str:
    console = Console(file=io.StringIO(), width=140, color_system=None)
    console.print(summary(manifest))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_sentence(estimated: Manifest, manifest: Manifest) -> None:
    text = "2.00 M cycles (estimated, 1.84 M to 2.16 M), 9.26 ms, 250 µJ"
    assert estimate_text(estimated) == text
    assert text in drawn(estimated)
    assert "1,234" in drawn(estimated)
    assert estimate_text(manifest) == ""
    assert "estimated" not in drawn(manifest)
    rough = estimated.result.model_copy(update={"cycles_basis": "constant"})
    assert "from instructions alone" in estimate_text(
        estimated.model_copy(update={"result": rough})
    )


def test_the_report(estimated: Manifest) -> None:
    page = report_html(estimated, Front(points=()), ConfigFile(tensors=()))
    assert "cycles (estimated)" in page
    assert estimate_text(estimated) in page


def test_an_estimate_is_compared_with_an_estimate_only(
    estimated: Manifest, manifest: Manifest
) -> None:
    figures = compared_figures(estimated)
    assert figures["cycles (estimated)"].value == FIGURES["cycles_estimated"]
    assert figures["ms (estimated)"].value == FIGURES["ms_estimated"]
    measured = manifest.result.model_copy(update={"instructions": None, "cycles": 9})
    device = manifest.device.model_copy(update={"emulated": False, "unit": "cycles"})
    real = manifest.model_copy(update={"result": measured, "device": device})
    assert regressions(estimated, real) == []
    slower = estimated.result.model_copy(update={"cycles_estimated": 2_100_000})
    worse = regressions(estimated.model_copy(update={"result": slower}), estimated)
    assert len(worse) == 1 and "cycles (estimated)" in worse[0]
    assert regressions(estimated.model_copy(update={"result": slower}), estimated, 0.06) == []


def test_a_manifest_of_before_is_read(manifest: Manifest) -> None:
    plain = json.loads(MANIFEST.text(manifest))
    del plain["digest"]
    for key in FIGURES:
        del plain["result"][key]
    for place in (*plain["layers"], *plain["compared"]):
        for key in ("cycles_estimated", "cycles_interval", "cycles"):
            place.pop(key, None)
    assert MANIFEST.parse(json.dumps(plain | {"format": 1})) == manifest
    later = MANIFEST.version + 1
    with pytest.raises(ValueError, match=f"format: '{later}' is not known, {later - 1} is"):
        MANIFEST.parse(json.dumps(plain | {"format": later}))
