"""Every tutorial works from the top to the end, in a folder that holds nothing.

A Python block is a program of its own. A block of a file is behind a line that ends in the file's
name. Builds score few candidates, as of every page.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from documents import DOCS, TUTORIALS, Block, blocks, shell_blocks, workflow_commands
from test_documented_commands import run_all, skip_without

_KINDS = {"sh", "python", "toml", "yaml", "c"}


def file_name(block: Block) -> str:
    """Of the file that a block is, "" where the text in front of it names none."""
    above = block.page.read_text(encoding="utf-8").splitlines()[: block.line - 1]
    match = re.search(r"`([^`]+)`:$", "\n".join(above).rstrip())
    return match[1] if match else ""


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda path: path.stem)
def test_every_block_is_run_or_shown(page: Path) -> None:
    for block in blocks(page):
        assert block.kind in _KINDS, block.id
        assert block.kind != "python" or compile(block.text, block.id, "exec")
        assert bool(file_name(block)) == (block.kind in ("toml", "yaml")), block.id


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda path: path.stem)
def test_a_workflow_does_what_was_tried_before(page: Path) -> None:
    tried = {command for block in shell_blocks(page) for command in block.commands}
    assert {one for one in workflow_commands(page) if one.startswith("mcuq ")} <= tried


def test_the_index_lists_every_tutorial() -> None:
    text = (DOCS / "tutorials" / "index.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| \[.*?\]\((.*?)\)", text, re.MULTILINE)) == {
        page.name for page in TUTORIALS
    }


@pytest.mark.slow
@pytest.mark.arm
@pytest.mark.parametrize("page", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for block in blocks(page):
        skip_without(block)
    monkeypatch.chdir(tmp_path)
    for block in blocks(page):
        if block.kind == "sh":
            run_all(block.commands, Path.cwd(), monkeypatch)
        elif block.kind == "python":
            subprocess.run([sys.executable, "-c", block.text], check=True)
        elif name := file_name(block):
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(block.text, encoding="utf-8")
