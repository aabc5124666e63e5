"""A build killed with SIGKILL in the middle of its search gives, started again, the same result."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mcuq.examples import copy_example

pytestmark = [pytest.mark.slow, pytest.mark.arm]

LOG = ".out.search.jsonl"
WORDS = ["build", "--evaluations", "150", "--seed", "3", "--workers", "2"]


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mcuq.cli.main", *WORDS]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet, start_new_session=True)


def killed_after(folder: Path, scores: int) -> None:
    """Start a build and kill it, and nothing else, once its log holds so many scores."""
    process = start(folder)
    log = folder / LOG
    while process.poll() is None:
        if log.is_file() and len(log.read_bytes().splitlines()) > scores:
            process.send_signal(signal.SIGKILL)
        time.sleep(0.02)
    assert process.returncode == -signal.SIGKILL
    assert not (folder / "out").exists()
    # Its workers notice by themselves: an empty process group cannot be signalled.
    with pytest.raises(ProcessLookupError):
        while True:
            os.killpg(process.pid, 0)
            time.sleep(0.02)


def test_resumed_equals_uninterrupted(tmp_path: Path) -> None:
    project = tmp_path / "whole"
    copy_example("digits", project)
    assert start(project).wait() == 0
    interrupted = tmp_path / "interrupted"
    copy_example("digits", interrupted)
    logs = []
    for scores in (1, 70):
        killed_after(interrupted, scores)
        logs.append((interrupted / LOG).read_text().splitlines())
    assert start(interrupted).wait() == 0
    assert logs[1][: len(logs[0]) - 1] == logs[0][:-1]
    for name in ("config.json", "pareto.json", "model.tflite", "firmware.bin"):
        assert (interrupted / "out" / name).read_bytes() == (project / "out" / name).read_bytes()
    assert not (interrupted / LOG).exists()
    shutil.rmtree(tmp_path)
