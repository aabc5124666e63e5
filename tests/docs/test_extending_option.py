"""The worked example of an option: two steps in one file, and it is everywhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from extending import copy_tree, section

NEW = "scheme.example_flag"
USED = """
from mcuq.pipeline.scheme import Scheme
assert Scheme().config.default_weight.per == "channel"
assert Scheme(example_flag=True).config.default_weight.per == "tensor"
assert "example_flag" in Scheme.__doc__
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree with the page's option."""
    folder = copy_tree(tmp_path_factory.mktemp("extended"))
    steps = section("An option")
    for step in steps:
        step.apply(folder)
    assert {step.path for step in steps} == {"toolchain/mcuq/pipeline/scheme.py"}
    return folder


def run(tree: Path, *words: str) -> str:
    """What Python prints in the tree."""
    paths = os.pathsep.join(str(tree / part) for part in ("toolchain", "hil"))
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": paths, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_new_option_is_everywhere(tree: Path) -> None:
    told = run(tree, "-m", "pytest", "tests/test_options.py", "-q", "-k", NEW)
    assert re.search(r"(\d+) passed, \d+ deselected", told), told


def test_the_new_option_does_what_it_says(tree: Path) -> None:
    run(tree, "-c", USED)


@pytest.mark.parametrize("command", ["build", "quantize"])
def test_the_new_option_is_in_the_help(tree: Path, command: str) -> None:
    assert "--example-flag" in run(tree, "-m", "mcuq", command, "--help")
