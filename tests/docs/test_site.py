"""What the site's generator would stumble over, without needing it."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from documents import DOCS, PAGES

RESERVED = {"search", "genindex", "modindex"}
"""Pages that Sphinx writes itself."""


def test_no_page_has_a_name_of_the_generators_own() -> None:
    assert {path.stem for path in DOCS.rglob("*.md")} & RESERVED == set()


GROUPS = ["Start", "Tutorials", "How to", "Reference", "Explanation"]
_TREE = re.compile(r"^```\{toctree\}\n((?::[^\n]*\n)*)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


def test_every_page_stands_in_one_group() -> None:
    """Once in a table of contents, by its name: a glob would put it where nobody chose."""
    listed = Counter(
        (page.parent / f"{entry}.md").resolve()
        for page in DOCS.rglob("*.md")
        for tree in _TREE.finditer(page.read_text("utf-8"))
        for entry in tree[2].split()
    )
    assert listed == Counter(set(DOCS.rglob("*.md")) - {DOCS / "index.md"})
    options = [tree[1] for tree in _TREE.finditer((DOCS / "index.md").read_text("utf-8"))]
    assert [re.findall(r"^:caption: (.*)$", text, re.M) for text in options] == [
        [group] for group in GROUPS
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_has_one_title_and_closes_its_fences(page) -> None:  # type: ignore[no-untyped-def]
    text = page.read_text()
    assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1
