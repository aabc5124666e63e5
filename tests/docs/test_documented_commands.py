"""Every command in the documentation is one that works.

Blocks run in a folder that holds the digits example under the names that the pages use and a
finished build in `out`: what a page does with a larger model, its test does with this one, and
with fewer candidates (`QUICK`), so that the command is tried and not the figures. Blocks that need
more than a checkout are parsed, and run where it is there.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from documents import (
    PAGES,
    ROOT,
    TUTORIALS,
    Block,
    blocks,
    shell_blocks,
    spoken_commands,
    workflow_commands,
)
from extending import PAGE, steps

from mcuq.cli.main import app, main
from mcuq.data import load_data
from mcuq.importers import load_model
from mcuq.prequantized.load import load_quantized
from mcuq.resources import example_dir

STAND_INS = {
    "model.tflite": "digits_float32.tflite",
    "test.npz": "evaluation.npz",
    "resnet8_float32.tflite": "digits_float32.tflite",
    "kws_float32.tflite": "digits_float32.tflite",
}
"""File that a page names → file of the example."""
FEW = {
    "resnet8_calibration.npz": "calibration.npz",
    "resnet8_search.npz": "search.npz",
    "resnet8_search1000.npz": "search.npz",
    "resnet8_test.npz": "evaluation.npz",
    "kws_search.npz": "search.npz",
    "kws_test.npz": "evaluation.npz",
}
"""The same for the data of benchmarks; the first 40 samples."""
MODELS = (".tflite", ".onnx", ".pt2", ".keras")
BOARDS = ("my-board.toml", "path/to/yours.toml")
FARM = '[[place]]\nboard = "stm32f746"\nemulated = 2\n'

QUICK = {
    "mcuq build": ["--evaluations", "12"],
    "mcuq search": ["--evaluations", "12"],
    "python scripts/compare_methods.py": [
        "--budgets",
        "60",
        "--seeds",
        "1",
        "--evaluations",
        "8",
        "--methods",
        "ga,knapsack",
    ],
    "python scripts/search_speed.py": ["--evaluations", "8", "--rounds", "1"],
    "mcuq finetune": ["--epochs", "1"],
    "mcuq hil soak": ["--minutes", "0.02"],
    "python scripts/build_ratio.py": ["--rounds", "1"],
    "python scripts/peak_memory.py": ["--evaluations", "12"],
    "python scripts/measure_finish.py": ["--budgets", "50", "--parts", "0"],
    "python scripts/measure_settings.py": ["--only", "sweeps"],
}
"""Options that are added: of one given twice, the last counts."""

HANDS_ON = {"scripts/peak_memory.py": "build"}
"""Scripts whose arguments are those of a command."""


def _installed(*modules: str) -> bool:
    return all(importlib.util.find_spec(module) is not None for module in modules)


NEEDS: dict[str, tuple[str, Callable[[], bool]]] = {
    "machine": ("installs programs; done by the tests of the wheel, or by hand", lambda: False),
    "checkout": ("is what runs the tests", lambda: False),
    "cluster": ("done by test_dask_page.py", lambda: False),
    "time": ("takes long", lambda: False),
    "hardware": ("no board is attached", lambda: False),
    "tensorflow": ("no TensorFlow", lambda: _installed("tensorflow")),
    "torch": ("no PyTorch", lambda: _installed("torch", "onnx", "onnxscript")),
    "onnx": ("no onnx or scikit-learn", lambda: _installed("onnx", "onnxruntime", "sklearn")),
    "atheris": ("no atheris", lambda: _installed("atheris")),
    "mlir": ("no mlir-opt-19", lambda: shutil.which("mlir-opt-19") is not None),
    "arm-library": ("no CMSIS-NN at $CMSIS_NN", lambda: "CMSIS_NN" in os.environ),
}
"""What a block may require: why it is skipped, and whether it need not be."""

SHELL = [block for page in PAGES for block in shell_blocks(page)]
STEPS = {step.text for step in steps(PAGE.read_text(encoding="utf-8"))}
"""Parts of files, which `test_extending` puts in their places."""
ONE_PROGRAM = "python.md"
"""Its blocks build on each other: tests/docs/test_python_page.py runs them in a row."""
APART = [page for page in PAGES if page not in TUTORIALS]
PYTHON = [
    block
    for page in APART
    for block in blocks(page)
    if block.kind == "python" and block.text not in STEPS and page.name != ONE_PROGRAM
]
MARKED = [block for block in SHELL if block.needs and block.page in APART]
RUN = [page for page in APART if any(not block.needs for block in shell_blocks(page))]
WORKFLOWS = [page for page in PAGES if workflow_commands(page)]
PROGRAM = re.compile(
    r"(mcuq|dask|python|python3|pip|make|cmake|sudo|cd|pre-commit|mlir-opt-19) |\. "
)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_commands_stand_in_sh_blocks(page: Path) -> None:
    for block in blocks(page):
        if block.kind in ("", "text", "bash", "console"):
            typed = [line for line in block.commands if re.match(r"\$ |mcuq |python |make ", line)]
            assert typed == [], f"{block.id}: a block of commands is ```sh"


@pytest.mark.parametrize("block", SHELL, ids=lambda block: block.id)
def test_every_command_parses(
    block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(block.needs) <= set(NEEDS), f"{block.id}: unknown requirement"
    monkeypatch.chdir(tmp_path)
    for word in shlex.split(" ".join(block.commands)):
        # A model that is not there is told before anything else.
        if word.endswith(MODELS):
            (tmp_path / word).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / word).touch()
    for command in block.commands:
        assert PROGRAM.match(command + " "), f"{block.id}: {command}"
        _parse(command)


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.id)
def test_every_python_block_compiles(block: Block) -> None:
    assert set(block.needs) <= set(NEEDS), f"{block.id}: unknown requirement"
    compile(block.text, block.id, "exec")


@pytest.mark.parametrize("page", WORKFLOWS, ids=lambda path: path.name)
def test_every_command_of_a_workflow_parses(page: Path) -> None:
    for command in workflow_commands(page):
        _parse(command)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_commands_in_running_text_exist(page: Path) -> None:
    for spoken in spoken_commands(page):
        command, rest = _resolved(shlex.split(spoken)[1:])
        known = {name for parameter in command.params for name in parameter.opts}
        given = {word for word in rest if word.startswith("-")}
        assert given <= known | {"--install-completion", "--version"}, f"{page.name}: {spoken}"
        assert not hasattr(command, "commands") or not rest, f"{page.name}: {spoken}"


def _resolved(words: list[str]) -> tuple[Any, list[str]]:
    """The command that `words` lead to, and what is left of them."""
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command, words = command.commands[words[0]], words[1:]
    return command, words


def _parse(command: str) -> None:
    """The command's own parser takes it; a script exists and knows its options."""
    words = shlex.split(command.split(" > ")[0])
    if words[1] in HANDS_ON:
        words = ["mcuq", HANDS_ON[words[1]], *words[2:]]
    if words[0] == "mcuq":
        target, rest = _resolved(words[1:])
        target.make_context(words[0], rest, resilient_parsing=False)
    elif words[0] == "python":
        text = (ROOT / words[1]).read_text()
        if "def parser()" in text:
            importlib.import_module(Path(words[1]).stem).parser().parse_args(words[2:])
            return
        assert all(f'"{word}"' in text for word in words[2:] if word.startswith("--")), command
    elif words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), command


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that every page starts from."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(example_dir("digits"), folder, dirs_exist_ok=True)
    for name, source in STAND_INS.items():
        shutil.copy(folder / source, folder / name)
    for name, source in FEW.items():
        with np.load(folder / source) as data:
            np.savez(folder / name, **{key: values[:40] for key, values in data.items()})
    for name in BOARDS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "boards/stm32f746.toml", folder / name)
    (folder / "hil.toml").write_text(FARM)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["build", "--board", "stm32f746", "--evaluations", "12"]) == 0
    shutil.copytree(folder / "out", folder / "baseline")
    shutil.copy(folder / "out/model.tflite", folder / "model_int8.tflite")
    return folder


@pytest.fixture
def work(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "work"))


@pytest.mark.slow
@pytest.mark.arm
@pytest.mark.parametrize("page", RUN, ids=lambda path: path.name)
def test_commands_run(page: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for block in shell_blocks(page):
        if not block.needs:
            run_all(block.commands, work, monkeypatch)


@pytest.mark.slow
@pytest.mark.arm
@pytest.mark.parametrize("page", [p for p in WORKFLOWS if p in APART], ids=lambda path: path.name)
def test_workflows_run(page: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = [command for command in workflow_commands(page) if command.startswith("mcuq ")]
    run_all(commands, work, monkeypatch)


@pytest.mark.slow
@pytest.mark.arm
@pytest.mark.parametrize("block", MARKED, ids=lambda block: block.id)
def test_commands_with_requirements_run(
    block: Block, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_without(block)
    work: Path = request.getfixturevalue("work")
    earlier = [b for b in shell_blocks(block.page) if b.line < block.line and not b.needs]
    commands = [command for b in earlier for command in b.commands]
    # Scripts print tables, which nothing that follows reads.
    needed = [command for command in commands if not command.startswith("python scripts/")]
    run_all(needed, work, monkeypatch)
    run_all(block.commands, work, monkeypatch)


@pytest.mark.slow
@pytest.mark.arm
@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.id)
def test_python_runs(
    block: Block, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the names that a page takes for granted: graphs, data, an image and its input."""
    skip_without(block)
    work: Path = request.getfixturevalue("work")
    monkeypatch.chdir(work)
    graph = load_model(work / "digits_float32.tflite")
    names = {
        "graph": graph,
        "qgraph": load_quantized(work / "model_int8.tflite"),
        "data": load_data(work / "calibration.npz", graph),
        "elf": work / "out/firmware.elf",
        "input_bytes": bytes(64),
    }
    exec(compile(block.text, block.id, "exec"), names)


def skip_without(block: Block) -> None:
    for need in block.needs:
        reason, is_there = NEEDS[need]
        if not is_there():
            pytest.skip(f"only parsed: {reason}")


def run_all(commands: list[str], work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(work)
    done = set()
    for command in commands:
        words = shlex.split(command.split(" > ")[0])
        for start, options in QUICK.items():
            if command.startswith(start):
                words += options
        if words[0] == "cd":
            monkeypatch.chdir(Path.cwd() / words[1])
        elif words[0] == "mcuq":
            assert main(words[1:]) == 0, command
        elif words[0] == "python":
            if (alike := _as_run(words)) not in done:
                script = [sys.executable, str(ROOT / words[1]), *words[2:]]
                subprocess.run(script, check=True, capture_output=True)
                done.add(alike)
        else:
            subprocess.run(words, check=True, capture_output=True)


def _as_run(words: list[str]) -> tuple[str, ...]:
    """A script, what it is told to do and the names of its options: a page that measures one thing
    on two models has two commands, which do the same with the stand-ins."""
    task = [word for word in words[2:3] if "." not in word and not word.startswith("-")]
    return (words[1], *task, *sorted({word for word in words[2:] if word.startswith("-")}))
