"""Every finding about data has its section in docs/data.md, and the page tells of no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcuq.findings import about_data
from mcuq.sanity.settings import LABELS, OUTLIERS, RESULTS, SETS

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
        ("one reaches four times as\nfar", SETS.apart == 4),
        ("a tenth of its values lie beyond", SETS.beyond == 0.1),
        (
            "four times farther than all others (at most one sample in twenty",
            (OUTLIERS.gap, OUTLIERS.share) == (4, 20),
        ),
        ("At most a tenth of the samples", SETS.repeated == 10),
        ("fewer than 16 steps", SETS.fewest_steps == 16),
        ("More than 1 % of an activation's values", RESULTS.clipped == 0.01),
        ("binomial test at 5 %", RESULTS.chance == 0.05),
        ("More than one in twenty evaluation samples", SETS.shared == 0.05),
        (
            "(32 times, where one has fewer than four samples)",
            (SETS.apart_of_few, SETS.few) == (32, 4),
        ),
        ("Fewer than ten calibration samples", SETS.least == 10),
        ("whole numbers (none beyond 4)", SETS.whole_reach == 4),
        ("right in less than 0.9 of the samples", LABELS.good == 0.9),
        (
            "explains 0.9 of the targets' variance where\nthe outputs explain less than half",
            LABELS.scaled == 0.5,
        ),
        ("makes it right in 0.25 more", RESULTS.gain == 0.25),
        ("2 % of the outputs' variance", RESULTS.fall_of_variance == 0.02),
        ("or 5 % (a function", RESULTS.fall_of_value == 0.05),
        ("more\nthan 0.03 (`top1`, `auc`), 0.1 (`agreement`)", RESULTS.fall["agreement"] == 0.1),
        ("more\nthan 0.03 (`top1`, `auc`)", RESULTS.fall["top1"] == RESULTS.fall["auc"] == 0.03),
    ],
)
def test_thresholds_are_those_of_the_code(words: str, value: bool) -> None:
    assert words in PAGE
    assert value
