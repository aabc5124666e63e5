"""What a terminal shows of where accuracy goes, and that results without it are told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mcuq.cli.main import main
from mcuq.report.differences import differences
from mcuq.report.store import Report, write_report
from mcuq.result.accuracy import (
    AccuracyFile,
    ClassFigures,
    FlippedSample,
    Flips,
    LayerErrorFigures,
)


@pytest.fixture
def lost(report: Report) -> Report:
    def layer(name: str, own: float) -> LayerErrorFigures:
        return LayerErrorFigures(
            name=name, operator="CONV_2D", snr_db=own - 1, own_snr_db=own, cosine=0.99, clipped=0.02
        )

    flipped = FlippedSample(
        sample=7, label=1, float_=1, quantized=0, float_sure=0.9, quantized_sure=0.6
    )
    accuracy = AccuracyFile(
        samples=64,
        layers=tuple(
            layer(one.name, own)
            for one, own in zip(report.manifest.layers, (30.0, 11.25, 40.0), strict=True)
        ),
        classes=(
            ClassFigures(number=0, samples=50, float_=50, quantized=50),
            ClassFigures(number=1, samples=30, float_=29, quantized=28),
        ),
        float_confusion=((50, 0), (1, 29)),
        confusion=((50, 0), (2, 28)),
        flips=Flips(total=1, lost=1, gained=0, samples=(flipped,)),
        differences=differences(report.config, report.front),
    )
    return replace(report, accuracy=accuracy)


def test_a_whole_result(lost: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(lost, tmp_path)
    assert main(["explain", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    lines = [line.split() for line in shown.splitlines()]
    assert ["1", "dw/BiasAdd", "CONV_2D", "11.2", "dB", "10.2", "dB", "0.9900"] in lines
    assert ["1", "30", "29", "28", "-1"] in lines
    assert ["0", "50", "50", "50", "+0"] not in lines
    assert "class 1 taken as 0: 2×, 1× by the float model" in shown
    assert "1 of 400 samples are decided otherwise: 1 lost, 0 gained" in shown
    assert "sample 7: 1 (0.90) → 0 (0.60), is 1" in shown
    assert ["conv/w", "weight", "int8", "minmax", "int4", "minmax"] in lines
    assert main(["explain", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["flips"]["total"] == 1


def test_a_layer_tells_its_error(
    lost: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_report(lost, tmp_path)
    assert main(["explain", "1", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "error: signal to noise 10.2 dB, 11.2 dB by this layer alone" in shown
    assert "clipped: 2.00% of the float values" in shown


def test_a_result_that_does_not_say(
    report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_report(report, tmp_path)
    assert main(["explain", str(tmp_path)]) == 3
    assert "build it with samples of your own" in capsys.readouterr().err
    assert main(["explain", "1", str(tmp_path)]) == 0
    assert "error: " not in capsys.readouterr().out


def test_differences_leave_out_what_int8_has_too(report: Report) -> None:
    (found,) = differences(report.config, report.front)
    assert (found.name, found.int8, found.built) == ("net/conv/w", "int8 minmax", "int4 minmax")
