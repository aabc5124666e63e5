"""Progress: drawn where somebody watches, lines in a pipe."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mcuq.cli.main import main
from mcuq.examples import copy_example

Captured = pytest.CaptureFixture[str]

SCRIPT = """
import sys, time
from mcuq.cli.output import configure
from mcuq.cli.progress import shown_progress
from mcuq.progress import Progress
configure(verbose="-v" in sys.argv, color=None)
with shown_progress() as progress:
    progress(Progress("load"))
    for done in range(1, 11):
        progress(Progress("search", done, 10, f"best loss 0.{done}"))
print("result")
"""


def test_a_pipe_hears_where_a_stage_begins_and_how_it_ends() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert run.stdout == "result\n"
    assert run.stderr.splitlines() == [
        "load",
        "search: best loss 0.1 (1 of 10)",
        "search: best loss 0.10 (10 of 10)",
    ]


def test_a_terminal_sees_the_stage_its_best_and_how_far() -> None:
    master, slave = pty.openpty()
    env = os.environ | {"COLUMNS": "140", "TERM": "xterm"}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stderr=slave, stdout=subprocess.PIPE, env=env
    ) as process:
        os.close(slave)
        drawn = b""
        while chunk := _read(master):
            drawn += chunk
        assert process.stdout is not None
        assert process.stdout.read() == b"result\n"
    os.close(master)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.decode())
    assert "✓ load" in text
    assert "✓ search" in text
    assert "10/10" in text
    assert "best loss 0.10" in text
    assert process.returncode == 0


def test_calibrating_tells_how_far_it_is(tmp_path: Path, capsys: Captured) -> None:
    copy_example("digits", tmp_path)
    words = [str(tmp_path / "digits_float32.tflite"), str(tmp_path / "calibration.npz")]
    assert main(["-v", "calibrate", *words, "-o", str(tmp_path / "r.json"), "--json"]) == 0
    heard = capsys.readouterr()
    assert "calibrate: samples (100 of 100)" in heard.err.splitlines()
    assert json.loads(heard.out)["samples"] == 100


@pytest.mark.slow
@pytest.mark.arm
def test_everything_that_boots_a_board_tells_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    copy_example("digits", tmp_path)
    monkeypatch.chdir(tmp_path)
    stages = {
        ("quantize", "--weight-bytes", "100%", "--json"): {
            "load",
            "calibrate",
            "evaluate",
            "build",
            "verify",
        },
        ("run", "evaluation.npz", "--samples", "3", "--json"): {"run", "verify"},
        ("profile", "--json"): {"profile"},
        ("hil", "check", "--board", "stm32f746", "--json"): {"build", "check"},
        ("hil", "soak", "--board", "stm32f746", "--minutes", "0.01", "--json"): {"build", "soak"},
    }
    for words, expected in stages.items():
        assert main(["-v", *words]) == 0
        heard = capsys.readouterr()
        json.loads(heard.out)
        assert expected <= {line.split(":")[0] for line in heard.err.splitlines()}, words


def _read(descriptor: int) -> bytes:
    """Empty at the end: Linux raises where other systems return nothing."""
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""
