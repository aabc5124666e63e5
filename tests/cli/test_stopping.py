"""SIGINT and SIGTERM: one line that says how to go on, exit code 130 or 143, nothing left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mcuq.cli.main import main

NUMBERS = [signal.SIGINT, signal.SIGTERM]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_is_one_line_and_its_exit_code(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object, **__: object) -> None:
        os.kill(os.getpid(), number)
        time.sleep(10)

    before = [signal.getsignal(one) for one in NUMBERS]
    monkeypatch.setattr("mcuq.examples.copy_example", stopped)
    assert main(["init"]) == 128 + number
    assert capsys.readouterr().err == "stopped: run the same command again\n"
    assert [signal.getsignal(one) for one in NUMBERS] == before


def test_what_a_broken_off_thread_says_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(*_: object, **__: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)
        finally:
            raise ZeroDivisionError

    monkeypatch.setattr("mcuq.examples.copy_example", stopped)
    assert main(["init"]) == 143
    assert capsys.readouterr().err == "stopped: run the same command again\n"


def test_in_another_thread_no_handler_is_set(tmp_path: Path) -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(main(["--version"])))
    thread.start()
    thread.join()
    assert codes == [0]


TIDYING = """
import mcuq.examples, sys, time
def slow(*_, **__):
    try:
        print("begun", flush=True)
        time.sleep(600)
    finally:
        time.sleep(float(sys.argv[1]))
        print("tidied", flush=True)
mcuq.examples.copy_example = slow
from mcuq.cli.main import main
sys.exit(main(["init"]))
"""


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("pause", [0.0, 1.5], ids=["at once", "later"])
def test_a_second_signal(number: signal.Signals, pause: float) -> None:
    """At once it is the same wish, as timeout(1) sends it; later it ends the process."""
    process = subprocess.Popen(
        [sys.executable, "-c", TIDYING, str(20 if pause else 0.2)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(number)
    time.sleep(pause)
    process.send_signal(number)
    out, err = process.communicate()
    if pause:
        assert process.returncode == -number
    else:
        assert (process.returncode, out) == (128 + number, "tidied\n")
        assert err == "stopped: run the same command again\n"
