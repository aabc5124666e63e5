"""The frame: exit codes, one-line errors, clean JSON, quick start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mcuq
from mcuq.cli.failure import describe
from mcuq.cli.main import main
from mcuq.errors import BudgetError, GateError, InputError, UsageError
from mcuq_hil.errors import BoardError, NoHelloError

COMMANDS = ("init", "boards", "inspect", "report", "compare", "check", "doctor")


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mcuq {mcuq.__version__}\n"
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for command in COMMANDS:
        assert command in text


@pytest.mark.parametrize("words", [["bords"], ["inspect"], ["init", "--exmple", "x"]])
def test_usage_errors_are_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err


def test_the_package_runs_as_a_module() -> None:
    words = [sys.executable, "-m", "mcuq"]
    run = subprocess.run([*words, "--version"], capture_output=True, text=True, check=True)
    assert run.stdout == f"mcuq {mcuq.__version__}\n"
    assert subprocess.run([*words, "bords"], capture_output=True).returncode == 2


def test_a_typed_error_is_two_lines_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(tmp_path)]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert lines[0] == f"error: {tmp_path / 'manifest.json'}: no such file"
    assert lines[1].startswith("hint: ")
    assert len(lines) == 2


def test_with_json_an_error_is_a_document_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(tmp_path), "--json"]) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["exit_code"] == 3
    assert document["error"]["kind"] == "InputError"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (InputError("x"), 3),
        (BudgetError("x"), 4),
        (NoHelloError("x", "y"), 5),
        (BoardError("x"), 2),
        (GateError("x"), 6),
        (PermissionError(13, "Permission denied", "/f"), 3),
        (RuntimeError("x"), 1),
    ],
)
def test_every_kind_of_failure_has_its_exit_code(error: Exception, code: int) -> None:
    failed = describe(error)
    assert failed.exit_code == code
    assert "\n" not in failed.error.cause


def test_an_unplanned_exception_shows_no_traceback_unless_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(name: str, folder: Path, *, overwrite: bool) -> None:
        raise ZeroDivisionError("[bold]oops")

    monkeypatch.setattr("mcuq.examples.copy_example", broken)
    assert main(["init"]) == 1
    text = capsys.readouterr().err
    assert "internal error: ZeroDivisionError: [bold]oops" in text
    assert "Traceback" not in text
    monkeypatch.setenv("MCUQ_DEBUG", "1")
    assert main(["init"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_exit_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mcuq.examples.copy_example", interrupted)
    assert main(["init"]) == 130


def test_start_up_loads_nothing_heavy() -> None:
    code = "import sys, mcuq.cli.main; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    heavy = {"numpy", "scipy", "plotly", "tensorflow", "deap", "unicorn", "ai_edge_litert"}
    assert loaded & heavy == set()
