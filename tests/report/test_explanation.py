"""Layers are found by number, name or operator; where that fails, they are named."""

from __future__ import annotations

import pytest

from mcuq.errors import UsageError
from mcuq.report.explanation import explain
from mcuq.report.store import Report


@pytest.mark.parametrize(
    ("wanted", "index"), [("2", 2), ("net/conv/Relu", 0), ("dw", 1), ("depthwise", 1), ("add", 2)]
)
def test_a_layer_by_number_name_or_operator(report: Report, wanted: str, index: int) -> None:
    assert explain(report, wanted).index == index


def test_an_operator_of_several_layers_names_them(report: Report) -> None:
    with pytest.raises(UsageError, match=r"0 conv/Relu \(CONV_2D\), 1 dw/BiasAdd"):
        explain(report, "2d")


def test_an_unknown_layer_names_all_there_are(report: Report) -> None:
    with pytest.raises(UsageError) as caught:
        explain(report, "zzz")
    assert "0 conv/Relu (CONV_2D)" in caught.value.hint
