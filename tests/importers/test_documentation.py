"""docs/models.md lists exactly the operators that the importers know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcuq.importers.tflite.fold import FOLDABLE
from mcuq.tflite.operators.catalog import RULES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "models.md"


def _section(title: str) -> str:
    return PAGE.read_text().split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_tflite_operators() -> None:
    listed, vanishing = _section("TFLite").split("These vanish:", 1)
    names = set(re.findall(r"\b[A-Z][A-Z0-9_]{2,}\b", listed.split("have them:", 1)[1]))
    assert names == set(RULES)
    gone = set(re.findall(r"\b[A-Z][A-Z0-9_]{2,}\b", vanishing.split(" where", 1)[0]))
    assert gone == FOLDABLE - set(RULES)


def test_onnx_operators() -> None:
    pytest.importorskip("onnx", reason="pip install 'mcuq[onnx]'")
    from mcuq.importers.onnx.rules import RULES as ONNX_RULES

    listed = _section("ONNX").split(";", 1)[0]
    assert set(re.findall(r"\w+", listed)) == set(ONNX_RULES)
