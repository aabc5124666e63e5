"""Calls within limits: each way to break one is told apart, and ends all that was started."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import isolated_tasks as tasks
import pytest

from mcuq.errors import InputError
from mcuq.isolated import CallLimits, Confined, End, IsolatedError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are Linux's")
MB = 1 << 20


def test_values_and_own_errors_come_back() -> None:
    with Confined(CallLimits(60.0, 2048 * MB)) as child:
        assert child.call(tasks.add, 1, 2) == 3
        with pytest.raises(InputError):
            child.call(tasks.refuse)
        assert child.call(tasks.process) == child.call(tasks.process)


@pytest.mark.parametrize(
    ("task", "arguments", "end"),
    [
        (tasks.fail, (), End.RAISED),
        (tasks.leave, (), End.CRASHED),
        (tasks.die, (6,), End.CRASHED),
        (tasks.take, (1 << 33,), End.MEMORY),
        (tasks.take_in_native_code, (), End.MEMORY),
        (tasks.spin, (1000.0,), End.LATE),
    ],
)
def test_each_end_is_told_and_the_next_call_works(
    task: object, arguments: tuple[object, ...], end: End
) -> None:
    with Confined(CallLimits(3.0, 2048 * MB)) as child:
        with pytest.raises(IsolatedError) as caught:
            child.call(task, *arguments)  # type: ignore[arg-type]  # of several types
        assert caught.value.end is end
        assert child.call(tasks.add, 1, 2) == 3


def test_what_a_child_started_ends_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHILD_OF_TASK", str(tmp_path / "child"))
    with Confined(CallLimits(2.0)) as child, pytest.raises(IsolatedError) as caught:
        child.call(tasks.sleep_with_a_child)
    assert caught.value.end is End.LATE
    _wait_for_the_end(int((tmp_path / "child").read_text()))


def test_another_thread_may_end_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHILD_OF_TASK", str(tmp_path / "child"))
    child = Confined(CallLimits(1000.0))
    caller = threading.Thread(target=_expect_an_end, args=(child,))
    caller.start()
    while not (tmp_path / "child").is_file() or not (tmp_path / "child").read_text():
        time.sleep(0.01)
    child.close()
    caller.join()
    _wait_for_the_end(int((tmp_path / "child").read_text()))


def _expect_an_end(child: Confined) -> None:
    with pytest.raises(IsolatedError):
        child.call(tasks.sleep_with_a_child)


def _wait_for_the_end(process: int) -> None:
    """For ever, where it goes on."""
    while True:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        os.sched_yield()
        time.sleep(0.01)
