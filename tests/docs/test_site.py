"""What the site's generator would stumble over, without needing it."""

from __future__ import annotations

import re

import pytest
from documents import DOCS, PAGES

RESERVED = {"search", "genindex", "modindex"}
"""Pages that Sphinx writes itself."""


def test_no_page_has_a_name_of_the_generators_own() -> None:
    assert {path.stem for path in DOCS.rglob("*.md")} & RESERVED == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_has_one_title_and_closes_its_fences(page) -> None:  # type: ignore[no-untyped-def]
    text = page.read_text()
    assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1
