"""What docs/dask.md types: a scheduler, its workers, and commands that use them."""

from __future__ import annotations

import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from documents import DOCS, shell_blocks
from test_documented_commands import QUICK

from mcuq.cli.main import main
from mcuq.examples import copy_example


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.mark.slow
@pytest.mark.arm
def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, used = (block for block in shell_blocks(DOCS / "dask.md") if "cluster" in block.needs)
    port = free_port()
    copy_example("digits", tmp_path)
    monkeypatch.chdir(tmp_path)
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", *shlex.split(command.replace("8786", port))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in started.commands
    ]
    try:
        while not is_answering(int(port)):
            assert processes[0].poll() is None
        for command in used.commands:
            words = shlex.split(command.replace("8786", port))
            words += QUICK.get(" ".join(words[:2]), [])
            assert words[0] == "mcuq" and main(words[1:]) == 0, command
    finally:
        for process in reversed(processes):
            process.send_signal(signal.SIGTERM)
            process.wait()


def is_answering(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
