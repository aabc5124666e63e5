"""Every finding has its section on the page that its hint links to, and pages tell of no others."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mcuq.findings import Finding, about_data, about_model
from mcuq.sanity.settings import LABELS, OUTLIERS, RESULTS, SETS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
SOURCES = {path: path.read_text("utf-8") for path in (ROOT / "toolchain" / "mcuq").rglob("*.py")}
MAKERS = {about_data: "ranges-apart", about_model: "slow-layer"}
"""What makes findings → a code that it makes."""


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_every_code_has_the_section_that_its_hint_links_to(make: Callable[..., Finding]) -> None:
    written = "\n".join(SOURCES.values())
    codes = set(re.findall(rf'{make.__name__}\(\s*"([a-z-]+)"', written))
    assert MAKERS[make] in codes
    hints = {code: make(code, "", "do it").hint for code in codes}
    pages = {hint.removeprefix("do it (").split("#")[0] for hint in hints.values()}
    (page,) = pages
    text = (ROOT / page).read_text(encoding="utf-8")
    assert codes == set(re.findall(r"^### ([a-z-]+)$", text, re.MULTILINE))
    assert all(hint == f"do it ({page}#{code})" for code, hint in hints.items())


def test_every_finding_is_made_with_a_link() -> None:
    plain = {path.name for path, text in SOURCES.items() if re.search(r"\bFinding\(", text)}
    assert plain == {"findings.py"}


def test_the_mistakes_page_names_every_code_about_data() -> None:
    """The table by what one sees leads to each section."""
    text = (ROOT / "docs" / "mistakes.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(data\.md#([a-z-]+)\)", text)) >= set(
        re.findall(r"^### ([a-z-]+)$", PAGE, re.MULTILINE)
    )


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
