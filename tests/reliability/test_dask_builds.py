"""Whole builds on Dask's workers: every file of the result is that of one process.

With a farm: candidates are computed, scored, run on emulated boards there, none of it known before.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dask_processes import DaskProcesses, dask_processes

from mcuq.examples import copy_example

pytestmark = [pytest.mark.slow, pytest.mark.arm]

LOG = ".out.search.jsonl"
WORDS = ["build", "--evaluations", "100", "--seed", "3", "--hil", "hil.toml", "--hil-samples", "8"]
FARM = '[[place]]\nboard = "stm32f746"\nemulated = 2\n'


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """A build in a new copy of the digits example, which keeps nothing of earlier ones."""
    if not folder.exists():
        copy_example("digits", folder)
        (folder / "hil.toml").write_text(FARM)
    return subprocess.Popen(
        [sys.executable, "-m", "mcuq.cli.main", *WORDS, *words],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def built(folder: Path, *words: str) -> str:
    """What a build that ends well says beside its result."""
    process = start(folder, *words)
    said = process.communicate()[1]
    assert process.returncode == 0, said
    return said


def until_scored(folder: Path, scores: int, process: subprocess.Popen[str]) -> None:
    """Return when the log holds more than so many."""
    log = folder / LOG
    while not log.is_file() or len(log.read_bytes().splitlines()) <= scores:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)


def files(folder: Path) -> dict[str, bytes]:
    out = folder / "out"
    found = {str(path.relative_to(out)): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items()}


def check_equal(folder: Path, one: Path) -> None:
    found, wanted = files(folder), files(one)
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if found[name] != wanted[name]] == []


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result of one process."""
    folder = tmp_path_factory.mktemp("one") / "project"
    built(folder, "--workers", "1")
    assert "manifest.json" in files(folder)
    return folder


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskProcesses]:
    with dask_processes(tmp_path) as found:
        yield found


def test_workers_on_this_computer(one: Path, tmp_path: Path) -> None:
    built(tmp_path / "project", "--dask", "local", "--workers", "2")
    check_equal(tmp_path / "project", one)


def test_a_worker_that_is_killed_in_mid_search_and_one_that_comes(
    one: Path, tmp_path: Path, dask: DaskProcesses
) -> None:
    workers = [dask.worker(), dask.worker()]
    folder = tmp_path / "project"
    process = start(folder, "--scheduler", dask.address)
    until_scored(folder, 30, process)
    workers[0].send_signal(signal.SIGKILL)
    dask.worker()
    said = process.communicate()[1]
    assert process.returncode == 0, said
    check_equal(folder, one)


def test_a_lost_scheduler_is_one_line_and_the_search_goes_on(
    one: Path, tmp_path: Path, dask: DaskProcesses
) -> None:
    dask.worker()
    folder = tmp_path / "project"
    process = start(folder, "--scheduler", dask.address)
    until_scored(folder, 30, process)
    dask.scheduler.kill()
    said = process.communicate()[1]
    assert process.returncode == 3
    lines = said.splitlines()
    (error,) = (number for number, line in enumerate(lines) if line.startswith("error:"))
    assert lines[error] == f"error: the Dask scheduler at {dask.address} is lost"
    assert "goes on from the scores" in " ".join(lines[error + 1 :])
    assert "Traceback" not in said and not (folder / "out").exists()
    before = (folder / LOG).read_bytes()
    process = start(folder, "--workers", "1")
    until_scored(folder, len(before.splitlines()), process)
    assert (folder / LOG).read_bytes().startswith(before)
    said = process.communicate()[1]
    assert process.returncode == 0, said
    check_equal(folder, one)
