"""What docs/python.md shows runs, from the top to the end, on the digits example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documents import ROOT

from mcuq.examples import copy_example


@pytest.mark.slow
@pytest.mark.arm
def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, re.S)
    copy_example("digits", tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    for number, block in enumerate(blocks):
        exec(compile(block, f"python.md, block {number}", "exec"), names)
    assert (tmp_path / "within_one" / "manifest.json").is_file()
