"""A child process takes the blow: every kind of end is one line, and the next call works."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import isolated_tasks as tasks
import numpy as np
import pytest

from mcuq.errors import InputError
from mcuq.isolated import IsolatedError, call_isolated


def test_results_come_back_from_one_child() -> None:
    assert call_isolated(tasks.add, 1, 2) == 3
    first, second = call_isolated(tasks.process), call_isolated(tasks.process)
    assert first == second != os.getpid()


def test_a_relative_path_is_of_the_folder_that_the_caller_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_isolated(os.getcwd)
    (tmp_path / "model").write_bytes(b"here")
    monkeypatch.chdir(tmp_path)
    assert call_isolated(Path.read_bytes, Path("model")) == b"here"


def test_large_values_pass_both_ways() -> None:
    values = np.arange(3_000_000, dtype=np.float32)
    np.testing.assert_array_equal(call_isolated(np.negative, values), -values)


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGFPE, signal.SIGSEGV, signal.SIGKILL])
def test_a_signal_is_named_and_the_log_is_kept(number: signal.Signals) -> None:
    with pytest.raises(IsolatedError, match=number.name) as caught:
        call_isolated(tasks.die, int(number))
    assert caught.value.log == "last words\n"
    assert call_isolated(tasks.add, 1, 2) == 3


def test_an_exit_is_named() -> None:
    with pytest.raises(IsolatedError, match="exit code 7"):
        call_isolated(tasks.leave)


def test_noise_on_stdout_does_no_harm() -> None:
    assert call_isolated(tasks.shout) == "said"


def test_own_errors_keep_their_type_and_foreign_ones_their_text() -> None:
    with pytest.raises(InputError) as ours:
        call_isolated(tasks.refuse)
    assert (ours.value.cause, ours.value.hint) == ("cause", "hint")
    with pytest.raises(IsolatedError, match="RuntimeError: foreign") as foreign:
        call_isolated(tasks.fail)
    assert foreign.value.log == "why it failed\n"
    with pytest.raises(IsolatedError) as later:
        call_isolated(tasks.leave)
    assert later.value.log == ""


def test_a_child_that_does_not_come_back_is_ended_and_a_busy_one_is_not() -> None:
    call_isolated(tasks.impatient, 1)
    assert call_isolated(tasks.spin_on, 5, 0.6) == "came back"
    with pytest.raises(IsolatedError, match="does not come back"):
        call_isolated(tasks.spin, 30.0)


def test_threads_have_children_of_their_own() -> None:
    with ThreadPoolExecutor(2) as pool:
        barrier = [pool.submit(_twice) for _ in range(2)]
        assert all(a == b for a, b in (future.result() for future in barrier))


def _twice() -> tuple[int, int]:
    return call_isolated(tasks.process), call_isolated(tasks.process)


def test_a_child_ends_with_its_parent_even_in_a_loop() -> None:
    program = (
        "import isolated_tasks as tasks\n"
        "import threading\n"
        "from mcuq.isolated import call_isolated\n"
        "print(call_isolated(tasks.process), flush=True)\n"
        "call_isolated(tasks.spin, 50.0)\n"
    )
    path = os.pathsep.join([str(Path(tasks.__file__).parent), *sys.path])
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    while _is_running(child):
        time.sleep(0.01)


def _is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
