"""Every finding about data has its section in docs/data.md, and the page tells of no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcuq.findings import about_data
from mcuq.sanity import relabel, results, samples, stored
from mcuq.sanity.outliers import GAP, SHARE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def test_every_code_has_a_section() -> None:
    sources = [*(ROOT / "toolchain" / "mcuq").rglob("*.py")]
    written = "\n".join(source.read_text(encoding="utf-8") for source in sources)
    codes = set(re.findall(rf'{about_data.__name__}\(\s*"([a-z-]+)"', written))
    assert "ranges-apart" in codes
    assert codes == set(re.findall(r"^### ([a-z-]+)$", PAGE, re.MULTILINE))


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("one reaches four times as\nfar", samples.APART == 4),
        ("a tenth of its values lie beyond", samples.BEYOND == 0.1),
        (
            "four times farther than all others (at most one sample in twenty",
            (GAP, SHARE) == (4, 20),
        ),
        ("At most a tenth of the samples", samples.REPEATED == 10),
        ("fewer than 16 steps", stored.FEWEST == 16),
        ("More than 1 % of an activation's values", results.CLIPPED == 0.01),
        ("binomial test at 5 %", results.CHANCE == 0.05),
        ("More than one in twenty evaluation samples", samples.SHARED == 0.05),
        (
            "(32 times, where one has fewer than four samples)",
            (samples.APART_OF_FEW, samples.FEW) == (32, 4),
        ),
        ("Fewer than ten calibration samples", samples.LEAST == 10),
        ("whole numbers (none beyond 4)", samples.WHOLE_REACH == 4),
        ("right in less than 0.9 of the samples", relabel.GOOD == 0.9),
        (
            "explains 0.9 of the targets' variance where\nthe outputs explain less than half",
            relabel.SCALED == 0.5,
        ),
        ("makes it right in 0.25 more", results.GAIN == 0.25),
        ("2 % of the outputs' variance", results.FALL_OF_VARIANCE == 0.02),
        ("or 5 % (a function", results.FALL_OF_VALUE == 0.05),
        ("more\nthan 0.03 (`top1`, `auc`), 0.1 (`agreement`)", results.FALL["agreement"] == 0.1),
        ("more\nthan 0.03 (`top1`, `auc`)", results.FALL["top1"] == results.FALL["auc"] == 0.03),
    ],
)
def test_thresholds_are_those_of_the_code(words: str, value: bool) -> None:
    assert words in PAGE
    assert value
