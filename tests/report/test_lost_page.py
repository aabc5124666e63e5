"""The report's part of where accuracy goes: figures of accuracy.json, safe and drawn."""

from __future__ import annotations

import base64

import pytest

from mcuq.report.html import report_html
from mcuq.report.lost import lost
from mcuq.report.sensitivity import sensitivity
from mcuq.report.store import Report
from mcuq.result.accuracy import AccuracyFile, FlippedSample, Flips, LayerErrorFigures, Preview


def error(name: str) -> LayerErrorFigures:
    return LayerErrorFigures(
        name=name,
        operator="CONV_2D",
        snr_db=34.27,
        own_snr_db=41.42,
        cosine=0.99981,
        worst_channel=27,
        worst_channel_snr_db=29.91,
        clipped=0.0123,
    )


@pytest.fixture
def accuracy() -> AccuracyFile:
    image = Preview(
        kind="image", shape=(2, 2, 1), low=0.0, high=1.0, data=base64.b64encode(bytes(4)).decode()
    )
    wave = image.model_copy(update={"kind": "wave", "shape": (4,)})
    flipped = FlippedSample(
        sample=17,
        label=1,
        float_=1,
        quantized=0,
        float_sure=0.61,
        quantized_sure=0.52,
        preview=image,
    )
    others = (
        flipped.model_copy(update={"sample": 23, "label": None, "preview": wave}),
        flipped.model_copy(update={"sample": 31, "preview": None}),
    )
    return AccuracyFile(
        samples=40,
        layers=(error("net/conv/Relu"), error("net/</script><b>"), error("of no call")),
        float_confusion=((20, 0), (1, 19)),
        confusion=((20, 0), (3, 17)),
        flips=Flips(total=3, lost=2, gained=1, samples=(flipped, *others)),
    )


def test_layers_have_the_numbers_of_the_manifest(report: Report, accuracy: AccuracyFile) -> None:
    rows = lost(report.manifest, accuracy).split("<tr>")[2:4]
    assert ">0<" in rows[0] and "41.4 dB" in rows[0] and "27: 29.9 dB" in rows[0]
    assert ">2<" in rows[1] and "1.23%" in rows[1]
    assert "of no call" not in lost(report.manifest, accuracy)


def test_confusion_says_what_changed(report: Report, accuracy: AccuracyFile) -> None:
    html = lost(report.manifest, accuracy)
    assert '<td class="wrong" style="--share:0.15">3<small>+2</small></td>' in html
    assert '<td class="right" style="--share:0.85">17<small>-2</small></td>' in html
    without = accuracy.model_copy(update={"confusion": None, "float_confusion": None})
    assert "confusion" not in lost(report.manifest, without)


def test_flipped_samples_are_drawn_where_their_values_are_there(
    report: Report, accuracy: AccuracyFile
) -> None:
    html = lost(report.manifest, accuracy)
    assert "3 of 400: 2 lost, 1 gained." in html
    assert "17: 1 (0.61) → 0 (0.52), is 1" in html
    assert html.count("<canvas") == 2
    assert 'data-shape="[2, 2, 1]" data-values="AAAAAA=="' in html
    assert "decided otherwise" not in lost(
        report.manifest, accuracy.model_copy(update={"flips": None})
    )


def test_names_stay_text_and_the_part_is_left_out_without_samples(
    report: Report, accuracy: AccuracyFile
) -> None:
    html = report_html(report.manifest, report.front, report.config, accuracy)
    assert "Where accuracy goes" in html
    assert "<b>" not in html.split('<script type="application/json"')[0]
    assert "Where accuracy goes" not in report_html(report.manifest, report.front, report.config)


def test_sensitivity_is_the_least_rise_of_each_width(report: Report) -> None:
    assert sensitivity(report.manifest, report.front) is None
    singles = {
        "net/conv/Relu/w": {
            "int8:minmax": 0.0,
            "int4:minmax": 0.5,
            "int4:gptq": 0.25,
            "int2:mse": 2,
        },
        "net/dw/Relu;net/dw/BiasAdd/w": {"int4:minmax": -0.01},
        "net/output": {"percentile_99.9": 0.1},
    }
    front = report.front.model_copy(update={"singles": singles})
    panels = sensitivity(report.manifest, front)
    assert panels is not None
    (figure,) = panels.figures
    assert [list(trace.x) for trace in figure.data] == [[0.25, 0.0], [2.0, None]]
    assert [key.text for key in panels.legend] == ["int4", "int2"]


def test_a_filter_scored_with_int8_alone_has_no_bar(report: Report) -> None:
    singles = {
        "net/conv/Relu/w": {"int8:minmax": 0.0, "int4:minmax": 0.5},
        "net/dw/Relu;net/dw/BiasAdd/w": {"int8:gptq": 0.1},
    }
    front = report.front.model_copy(update={"singles": singles})
    panels = sensitivity(report.manifest, front)
    assert panels is not None
    assert [list(trace.x) for trace in panels.figures[0].data] == [[0.5]]
