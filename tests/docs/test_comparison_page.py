"""Figures of docs/comparison.md are those of the pages that a row links to."""

from __future__ import annotations

import re

import pytest
from documents import DOCS

_PAGE = (DOCS / "comparison.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.*) \| ((?:\[\w+\]\(\w+\.md\)(?:, )?)+) \|$", _PAGE, re.MULTILINE)
_FIGURE = re.compile(r"(?<![\w.])[-+]?\d[\d,]*\.?\d+")


def figures(row: str) -> list[str]:
    """Numbers of the cells behind the first, which names the row; not a version."""
    return _FIGURE.findall(" ".join(row.split(" | ")[1:]))


@pytest.mark.parametrize(("row", "links"), ROWS, ids=[row.split(" | ")[0] for row, _ in ROWS])
def test_a_row_repeats_what_its_pages_say(row: str, links: str) -> None:
    pages = [DOCS / name for name in re.findall(r"\((.*?)\)", links)]
    said = {number for page in pages for number in _FIGURE.findall(page.read_text("utf-8"))}
    assert figures(row)
    assert [number for number in figures(row) if number not in said] == []


def test_every_project_is_measured_or_said_not_to_be() -> None:
    assert len(ROWS) >= 16
    heads = set(re.findall(r"^## (.*)$", _PAGE, re.MULTILINE))
    assert {
        "CMSIS-NN",
        "TensorFlow Lite Micro",
        "ai-edge-quantizer",
        "ST and Bosch",
        "bakeNN",
    } <= heads
    unmeasured = _PAGE.split("\n## Not measured\n")[1].split("\n## ")[0]
    assert "heliaAOT" in unmeasured
