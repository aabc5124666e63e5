"""Every command in an ```sh block of the documentation is one that works.

Those of mcuq are run, block by block, in a folder that holds the
digits example under the names that the pages use and a finished build in `out`. Commands that need
hardware are only parsed. What is set-up (pip, apt) is left to the tests of the wheel.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from mcuq.cli.main import app, main
from mcuq.resources import example_dir

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
OTHERS = re.compile(
    r"python3\.11 -m venv|\. \.venv|pip install|(sudo )?apt-get|make\b|git |pre-commit |python "
    r"|cmake |cd |mlir-opt-19 "
)
NAMES = {
    "model.tflite": "digits_float32.tflite",
    "test.npz": "evaluation.npz",
}


def blocks(page: Path) -> list[list[str]]:
    """The page's sh blocks: commands, continued lines joined, comments removed."""
    return [_commands(text) for text in _fenced(page, "sh")]


def _fenced(page: Path, kinds: str) -> list[str]:
    pattern = rf"^```(?:{kinds})\n(.*?)^```"
    return re.findall(pattern, page.read_text(), re.DOTALL | re.MULTILINE)


def _commands(text: str) -> list[str]:
    lines = text.replace("\\\n", " ").splitlines()
    stripped = (re.sub(r"\s+#.*$", "", line).strip() for line in lines)
    parts = (part.strip() for line in stripped for part in line.split("&&"))
    return [part for part in parts if part and not part.startswith("#")]


def commands(page: Path) -> list[str]:
    """All commands of the page's sh blocks."""
    return [command for block in blocks(page) for command in block]


def is_of_mcuq(command: str) -> bool:
    return command.split()[0] == "mcuq"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_line_is_a_command_we_know(page: Path) -> None:
    for command in commands(page):
        assert is_of_mcuq(command) or OTHERS.match(command), f"{page.name}: {command}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_mcuq_commands_parse(page: Path) -> None:
    """In text blocks, too: those need hardware, or files of the reader's."""
    root: Any = typer.main.get_command(app)
    lines = [
        line.split("run:")[-1].strip()
        for text in _fenced(page, "text|yaml")
        for line in text.splitlines()
    ]
    for command in [*commands(page), *lines]:
        words = shlex.split(command.split(" > ")[0]) if command.startswith("mcuq ") else []
        if not words or "[OPTIONS]" in words:
            continue
        group, rest = root, words[1:]
        while rest and hasattr(group, "commands") and rest[0] in group.commands:
            group, rest = group.commands[rest[0]], rest[1:]
        group.make_context(words[0], rest, resilient_parsing=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(example_dir("digits"), folder, dirs_exist_ok=True)
    for name, source in NAMES.items():
        shutil.copy(folder / source, folder / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["build", "--board", "stm32f746", "--evaluations", "12"]) == 0
    return folder


@pytest.mark.slow
@pytest.mark.arm
@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(map(is_of_mcuq, commands(page)))], ids=lambda p: p.name
)
def test_commands_run(
    page: Path, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    shutil.copytree(built, work)
    for block in blocks(page):
        monkeypatch.chdir(work)
        for command in block:
            _run(command, page.name, monkeypatch)


def _run(command: str, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = shlex.split(command)
    if words[0] == "cd":
        monkeypatch.chdir(Path.cwd() / words[1])
    elif words[0] == "cmake":
        subprocess.run(words, check=True, capture_output=True)
    elif is_of_mcuq(command):
        quick = ["--evaluations", "12"] if words[1] == "build" else []
        assert main([*words[1:], *quick]) == 0, f"{page}: {command}"
