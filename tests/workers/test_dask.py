"""Workers of a Dask scheduler: they come, go, hang, differ; results are those of one process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from dask_processes import DaskProcesses, dask_processes
from test_process_pool import failing, ignores_interrupts, is_alive, square, start

from mcuq.errors import InputError, UsageError, WorkersError
from mcuq.workers import Workers, is_on_dask, jobs, start_workers, where, working_on
from mcuq.workers.plugin import Crew
from mcuq.workers.settings import DASK

ROOT = Path(__file__).resolve().parents[2]
JOBS = [(number,) for number in range(12)]
SQUARES = [number * number for number in range(12)]


class Data:
    """Says in `folder` who has unpickled it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bulk = bytes(1 << 20)

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__ = state
        with (self.folder / "loads").open("a") as log:
            log.write(f"{os.getpid()}\n")


def folder_of(data: Data) -> Path:
    return data.folder


def lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


def done_by(folder: Path, number: int) -> int:
    """Which process did it, after long enough for others to take some."""
    time.sleep(0.05)
    with (folder / "done").open("a") as log:
        log.write(f"{number}\n")
    return os.getpid()


def slowly(folder: Path, number: int) -> int:
    done_by(folder, number)
    return number * number


def killed_once(folder: Path, number: int) -> int:
    """Job 5 kills its process, the first time."""
    done_by(folder, number)
    mark = folder / "mark"
    if number == 5 and not mark.exists():
        mark.write_text("")
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def always_killed(folder: Path, _: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stopped_once(folder: Path, number: int) -> int:
    """Job 5 stops its process, the first time, for ever."""
    mark = folder / "mark"
    if number == 5 and not mark.exists():
        mark.write_text("")
        os.kill(os.getpid(), signal.SIGSTOP)
    return number * number


def waits_for(folder: Path, number: int) -> int:
    """Job 5 waits until a file is there."""
    (folder / f"begun{number}").write_text("")
    while number == 5 and not (folder / "go on").exists():
        time.sleep(0.02)
    return number * number


def with_an_error_of_the_system(folder: Path, _: int) -> None:
    raise TimeoutError("of the job's own")


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskProcesses]:
    folder = tmp_path / "dask"
    folder.mkdir()
    with dask_processes(folder) as found:
        yield found


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = replace(DASK, look_s=0.1, late_least_s=0.5, late_first_s=0.5)
    monkeypatch.setattr(jobs, "DASK", quick)


def joined(workers: Workers, count: int) -> None:
    """Return when so many may take jobs."""
    while workers.count < count or not workers.accepted():  # type: ignore[attr-defined]
        time.sleep(0.05)


def test_results_are_in_order_and_data_is_sent_once_a_worker(
    dask: DaskProcesses, tmp_path: Path
) -> None:
    dask.worker()
    dask.worker()
    with (
        working_on(dask.address, None, 1),
        start_workers(1, folder_of, Data(tmp_path)) as workers,
    ):
        assert is_on_dask()
        joined(workers, 2)
        for together in (1, 3, 100):
            assert workers.map(square, JOBS, together=together) == SQUARES
        first = {*workers.map(done_by, JOBS)}
        assert len(first) == 2
        dask.worker()
        joined(workers, 3)
        everyone = {*workers.map(done_by, JOBS * 2)}
        assert len(everyone) == 3 and first < everyone
    assert sorted(lines(tmp_path / "loads")) == sorted(map(str, everyone))
    assert not is_on_dask()


def test_two_states_on_the_same_workers_are_two(dask: DaskProcesses) -> None:
    dask.worker()
    with (
        working_on(dask.address, None, 1),
        start_workers(1, start, Path("/a")) as one,
        start_workers(1, start, Path("/b")) as other,
    ):
        assert one.map(start_of, [()]) + other.map(start_of, [()]) == ["/a", "/b"]
        assert one.map(start_of, [()]) == ["/a"]


def start_of(folder: Path) -> str:
    return str(folder)


def test_a_killed_worker_costs_only_what_it_had(dask: DaskProcesses, tmp_path: Path) -> None:
    dask.worker()
    dask.worker()
    with working_on(dask.address, None, 1), start_workers(1, start, tmp_path) as workers:
        joined(workers, 2)
        assert workers.map(killed_once, JOBS * 2) == SQUARES * 2
    often = len(lines(tmp_path / "done")) - 2 * len(JOBS)
    assert 1 <= often <= DASK.in_flight


def test_a_job_that_kills_every_worker_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "DASK", replace(DASK, losses=1))
    with (
        pytest.raises(WorkersError, match="are killed again and again") as caught,
        working_on(None, "local", 1),
        start_workers(1, start, tmp_path) as workers,
    ):
        workers.map(always_killed, [(0,)])
    assert "memory" in caught.value.hint


def test_what_a_job_raises_is_raised(dask: DaskProcesses, tmp_path: Path) -> None:
    dask.worker()
    with working_on(dask.address, None, 1), start_workers(1, start, tmp_path) as workers:
        with pytest.raises(ZeroDivisionError, match="job 0"):
            workers.map(failing, [(0,)])
        with pytest.raises(TimeoutError, match="of the job's own"):
            workers.map(with_an_error_of_the_system, [(0,)])
        assert workers.map(square, JOBS) == SQUARES


def changed_copy(folder: Path) -> str:
    """The path of an mcuq with one comment more."""
    copy = folder / "toolchain" / "mcuq"
    shutil.copytree(ROOT / "toolchain" / "mcuq", copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("firmware", "boards", "hil"):
        (folder / name).symlink_to(ROOT / name)
    with (copy / "units.py").open("a") as file:
        file.write("# another one\n")
    return os.pathsep.join([str(copy.parent), str(folder / "hil"), str(Path(__file__).parent)])


@pytest.mark.usefixtures("impatient")
def test_a_worker_with_other_code_takes_no_part(
    dask: DaskProcesses, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = dask.worker(changed_copy(tmp_path))
    with working_on(dask.address, None, 1), start_workers(1, start, tmp_path) as workers:
        while not workers.refusal():  # type: ignore[attr-defined]
            workers.accepted()  # type: ignore[attr-defined]
        with pytest.raises(WorkersError, match=r"takes no part: code \w{8} there, \w{8} here \("):
            workers.map(square, JOBS)
        mine = dask.worker()
        joined(workers, 1)
        assert {*workers.map(done_by, JOBS)} == {mine.pid}
    assert other.poll() is None
    notes = [record.getMessage() for record in caplog.records]
    assert sum("takes no part" in note for note in notes) == 1


def test_a_worker_without_mcuq_is_told_from_one_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcuq.workers.identity", None)
    crew = Crew("mcuq:test", {}, (), "", b"")
    assert crew._difference().startswith("it has no such mcuq: ")


@pytest.mark.usefixtures("impatient")
def test_a_late_job_is_repeated_by_another_worker(dask: DaskProcesses, tmp_path: Path) -> None:
    dask.worker()
    dask.worker()
    with working_on(dask.address, None, 1), start_workers(1, start, tmp_path) as workers:
        joined(workers, 2)
        assert workers.map(stopped_once, JOBS) == SQUARES


@pytest.mark.usefixtures("impatient")
def test_another_worker_goes_on_when_all_have_gone(dask: DaskProcesses, tmp_path: Path) -> None:
    only = dask.worker()
    with working_on(dask.address, None, 1), start_workers(1, start, tmp_path) as workers:
        found = workers.finished(slowly, JOBS)
        values = dict([next(found)])
        only.kill()
        only.wait()
        dask.worker()
        values |= dict(found)
    assert [values[number] for number in range(12)] == SQUARES


def test_without_any_worker_it_is_one_line(
    dask: DaskProcesses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "DASK", replace(DASK, look_s=0.1, workers_s=0.5))
    with (
        pytest.raises(WorkersError, match=rf"^no worker at {dask.address} can take a job \("),
        working_on(dask.address, None, 1),
        start_workers(1, start, tmp_path) as workers,
    ):
        workers.map(square, JOBS)


def test_a_lost_scheduler_is_one_line(dask: DaskProcesses, tmp_path: Path) -> None:
    dask.worker()

    def lost() -> None:
        with working_on(dask.address, None, 1), start_workers(1, start, tmp_path) as workers:
            found = workers.finished(waits_for, JOBS)
            next(found)
            dask.scheduler.kill()
            dict(found)

    with pytest.raises(WorkersError, match=f"scheduler at {dask.address} is lost") as caught:
        lost()
    assert "goes on" in caught.value.hint


KILLED = """
import os, signal, sys
from pathlib import Path
from test_process_pool import start
from mcuq.workers import start_workers, working_on
if __name__ == "__main__":
    with working_on(sys.argv[1], None, 1), start_workers(1, start, Path("/a")):
        os.kill(os.getpid(), signal.SIGKILL)
"""


def run_script(text: str, folder: Path, *words: str) -> subprocess.Popen[bytes]:
    script = folder / "script.py"
    script.write_text(text)
    path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
    return subprocess.Popen(
        [sys.executable, str(script), *words],
        env={**os.environ, "PYTHONPATH": path},
        stderr=subprocess.PIPE,
    )


def test_what_a_killed_client_left_on_workers_is_removed(
    dask: DaskProcesses, tmp_path: Path
) -> None:
    assert run_script(KILLED, tmp_path, dask.address).wait() == -signal.SIGKILL

    def plugins() -> list[str]:
        found = where._dask.get()
        assert found is not None

        def names(dask_scheduler: object) -> list[str]:
            found = dask_scheduler.worker_plugins  # type: ignore[attr-defined]
            return [name for name in found if name.startswith("mcuq:")]

        return list(found[0].run_on_scheduler(names))

    # The scheduler may need a moment to see that the client has gone.
    while True:
        with working_on(dask.address, None, 1):
            if not plugins():
                break
        time.sleep(0.1)
    with working_on(dask.address, None, 1):
        with start_workers(1, start, tmp_path):
            assert len(plugins()) == 1
        assert plugins() == []


def test_workers_of_this_computer_ignore_interrupts(tmp_path: Path) -> None:
    with working_on(None, "local", 2), start_workers(1, start, tmp_path) as workers:
        assert workers.map(square, JOBS) == SQUARES
        with working_on(None, "local", 2):
            assert workers.map(blocks_interrupts, [(0,)] * 4) == [True] * 4


def blocks_interrupts(folder: Path, number: int) -> bool:
    main = Path(f"/proc/self/task/{os.getpid()}/status").read_text()
    blocked = int(main.split("SigBlk:")[1].split()[0], 16)
    return ignores_interrupts(folder, number) or bool(blocked & 1 << (signal.SIGINT - 1))


PARENT = """
import sys
from pathlib import Path
from test_process_pool import slow, start
from mcuq.workers import start_workers, working_on
if __name__ == "__main__":
    with working_on(None, "local", 2), start_workers(1, start, Path(sys.argv[1])) as workers:
        workers.map(slow, [(0,), (1,)])
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_of_this_computer_end_with_their_parent(
    number: signal.Signals, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    parent = run_script(PARENT, tmp_path, str(marks))
    while len(list(marks.iterdir())) < 2:
        assert parent.poll() is None
        time.sleep(0.02)
    parent.send_signal(number)
    assert parent.wait() != 0
    for mark in marks.iterdir():
        while is_alive(int(mark.name)):
            time.sleep(0.02)


@pytest.mark.parametrize(
    ("scheduler", "dask", "error", "cause"),
    [
        ("tcp://127.0.0.1:1", None, InputError, "no Dask scheduler answers at tcp://127.0.0.1:1"),
        ("127.0.0.1:8786", None, UsageError, "--scheduler 127.0.0.1:8786 is no address"),
        ("http://a:1", None, UsageError, "--scheduler http://a:1 is no address"),
        ("tcp://127.0.0.1:1", "local", UsageError, "--scheduler and --dask exclude each other"),
    ],
)
def test_what_is_no_scheduler_is_refused(
    scheduler: str,
    dask: str | None,
    error: type[Exception],
    cause: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from mcuq.workers import cluster

    monkeypatch.setattr(cluster, "DASK", replace(DASK, connect_s=0.5))
    with pytest.raises(error) as caught, working_on(scheduler, dask, 1):
        pass
    assert caught.value.cause == cause  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["distributed", "cryptography"])
def test_without_dask_the_extra_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError) as caught, working_on("tcp://127.0.0.1:1", None, 1):
        pass
    assert caught.value.hint == "pip install 'mcuq[dask]'"
