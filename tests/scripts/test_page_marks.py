"""The part of a page that a script writes: the rest of the page stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from page_marks import between, write_between

BEGIN, END = "<!-- begin -->", "<!-- end -->"


def test_only_what_is_between_the_marks_changes(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"above\n\n{BEGIN}\n\nold\n\n{END}\n\nbelow — é\n", encoding="utf-8")
    write_between(page, BEGIN, END, "new")
    assert page.read_text(encoding="utf-8") == f"above\n\n{BEGIN}\n\nnew\n\n{END}\n\nbelow — é\n"
    assert between(page, BEGIN, END).strip() == "new"


@pytest.mark.parametrize("text", ["nothing", f"{BEGIN} alone", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_page_without_one_pair_of_marks_is_left_alone(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="unpack"):
        write_between(page, BEGIN, END, "new")
    assert page.read_text(encoding="utf-8") == text
