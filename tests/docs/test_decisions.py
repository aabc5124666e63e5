"""A decision is a short, dated page of one form, and the index lists all of them."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from documents import DOCS

INDEX = DOCS / "decisions" / "index.md"
PAGES = sorted(set(INDEX.parent.glob("*.md")) - {INDEX})
PARTS = ("**Context.**", "**Decision.**", "**Rejected.**", "**Consequences.**")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_decision_is_short_dated_and_says_what_was_rejected(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 40
    assert date.fromisoformat(lines[2].strip("*"))
    heads = [line.split(" ")[0] for line in lines if line.startswith("**")]
    assert heads == list(PARTS)
    assert any(line.startswith("- *") for line in lines)


def test_the_index_lists_every_decision_with_its_date() -> None:
    text = INDEX.read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| \[.*\]\((.*)\.md\) \| (.*) \|$", text, re.MULTILINE))
    dates = {page.stem: page.read_text(encoding="utf-8").splitlines()[2] for page in PAGES}
    assert {name: f"*{day}*" for name, day in listed.items()} == dates
    titles = dict(re.findall(r"^\| \[(.*)\]\((.*)\.md\)", text, re.MULTILINE))
    for title, name in titles.items():
        assert (INDEX.parent / f"{name}.md").read_text().startswith(f"# {title}\n")
    (tree,) = re.findall(r"```\{toctree\}\n:hidden:\n\n(.*?)\n```", text, re.DOTALL)
    assert sorted(tree.split()) == sorted(dates)
