"""Workers that are killed are replaced; those of a parent that ends, end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mcuq.errors import WorkersError
from mcuq.workers.pool import ProcessPool


def start(folder: Path) -> Path:
    return folder


def square(folder: Path, number: int) -> int:
    return number * number


def killed_once(folder: Path, number: int) -> int:
    """Job 5 kills its process, the first time."""
    mark = folder / "mark"
    if number == 5 and not mark.exists():
        mark.write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def always_killed(folder: Path, _: int) -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    return time.sleep(600) or 0


def failing(folder: Path, number: int) -> int:
    raise ZeroDivisionError(f"job {number}")


def slow(folder: Path, _: int) -> int:
    (folder / str(os.getpid())).write_text("")
    return time.sleep(600) or 0


def quick_or_slow(folder: Path, number: int) -> int:
    return slow(folder, number) if number else 0


def ignores_interrupts(folder: Path, _: int) -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.mark.parametrize("together", [1, 3, 100])
def test_results_are_in_order_whoever_is_killed(
    together: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = [(number,) for number in range(12)]
    with ProcessPool(2, start, tmp_path) as workers:
        assert workers.map(killed_once, jobs, together=together) == [n * n for n in range(12)]
        assert workers.map(square, jobs) == [n * n for n in range(12)]
        assert all(workers.map(ignores_interrupts, jobs))
    assert [record.getMessage() for record in caplog.records] == [
        "a worker process was killed: others do its work"
    ]


def test_killed_again_and_again_is_one_line(tmp_path: Path) -> None:
    with (
        pytest.raises(WorkersError, match="killed 4 times") as caught,
        ProcessPool(1, start, tmp_path) as workers,
    ):
        workers.map(always_killed, [(0,)])
    assert "--workers" in caught.value.hint


def test_what_a_job_raises_is_raised(tmp_path: Path) -> None:
    with (
        pytest.raises(ZeroDivisionError, match="job 0"),
        ProcessPool(2, start, tmp_path) as workers,
    ):
        workers.map(failing, [(0,)])


def test_an_error_does_not_wait_for_what_is_under_way(tmp_path: Path) -> None:
    def interrupted() -> None:
        with ProcessPool(2, start, tmp_path) as workers:
            found = workers.finished(quick_or_slow, [(0,), (1,)])
            assert next(found) == (0, 0)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()


PARENT = """
import sys
from pathlib import Path
from test_process_pool import slow, start
from mcuq.workers.pool import ProcessPool
if __name__ == "__main__":
    with ProcessPool(2, start, Path(sys.argv[1])) as workers:
        workers.map(slow, [(0,), (1,)])
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent(number: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    marks = tmp_path / "marks"
    marks.mkdir()
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    parent = subprocess.Popen(
        [sys.executable, str(script), str(marks)],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.PIPE,
    )
    while len(list(marks.iterdir())) < 2:
        assert parent.poll() is None
        time.sleep(0.01)
    parent.send_signal(number)
    assert parent.wait() != 0
    for mark in marks.iterdir():
        while is_alive(int(mark.name)):
            time.sleep(0.01)


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
