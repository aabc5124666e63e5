"""The worked examples of docs/extending.md, done on a copy of the toolchain."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documents import DOCS, ROOT, blocks

NEW = "scheme.example_flag"
TOUCHED = Path("toolchain/mcuq/pipeline/scheme.py")
USED = """
from mcuq.pipeline.request import BuildRequest
from mcuq.pipeline.scheme import Scheme
assert Scheme().config.default_weight.per == "channel"
assert Scheme(example_flag=True).config.default_weight.per == "tensor"
assert "example_flag" in Scheme.__doc__
"""


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a toolchain with the page's option."""
    folder = tmp_path_factory.mktemp("extended")
    copy = folder / "toolchain" / "mcuq"
    shutil.copytree(ROOT / "toolchain" / "mcuq", copy, ignore=shutil.ignore_patterns("__pycache__"))
    [change] = [block for block in blocks(DOCS / "extending.md") if block.kind == "diff"]
    assert apply(change.text, folder) == {TOUCHED}
    paths = [str(copy.parent), str(ROOT / "hil"), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(paths)}


def apply(change: str, folder: Path) -> set[Path]:
    """Make the changes; the files that they are in."""
    touched = set()
    for part in change.split("--- ")[1:]:
        name, *hunks = re.split(r"\n@@.*", part)
        path = folder / name
        text = path.read_text(encoding="utf-8")
        for hunk in hunks:
            lines = hunk.strip("\n").split("\n")
            old = "\n".join(line[1:] for line in lines if line[:1] != "+")
            new = "\n".join(line[1:] for line in lines if line[:1] != "-")
            assert text.count(old) == 1, f"{name} has changed: {old}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        touched.add(Path(name))
    return touched


def test_the_new_option_is_everywhere(extended: dict[str, str]) -> None:
    tests = [str(ROOT / "tests" / "test_options.py"), "-q", "-k", NEW, "-p", "no:cacheprovider"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *tests],
        cwd=ROOT,
        env=extended,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert re.search(r"(\d+) passed, \d+ deselected", run.stdout), run.stdout


def test_the_new_option_does_what_it_says(extended: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", USED], env=extended, check=True)


@pytest.mark.parametrize("command", ["build", "quantize"])
def test_the_new_option_is_in_the_help(extended: dict[str, str], command: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "mcuq", command, "--help"],
        env=extended | {"COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--example-flag" in run.stdout
