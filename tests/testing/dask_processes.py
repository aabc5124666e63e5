"""A Dask scheduler and workers, each a process of its own that a test may kill."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

QUIET = {
    "DASK_DISTRIBUTED__SCHEDULER__HTTP__ROUTES": "[]",
    "DASK_DISTRIBUTED__WORKER__HTTP__ROUTES": "[]",
}


class DaskProcesses:
    """Attributes:
    address: of the scheduler.
    scheduler: its process.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all: list[subprocess.Popen[bytes]] = []
        about = folder / "scheduler.json"
        options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        self.scheduler = self._start("scheduler", *options, "--scheduler-file", str(about))
        while not about.is_file() or not about.read_text().endswith("}"):
            assert self.scheduler.poll() is None
            time.sleep(0.05)
        self.address: str = json.loads(about.read_text())["address"]

    def worker(self, path: str | None = None) -> subprocess.Popen[bytes]:
        """Another one; `path` is its PYTHONPATH, else what this process finds modules on."""
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0"]
        return self._start("worker", self.address, *options, path=path)

    def _start(self, *words: str, path: str | None = None) -> subprocess.Popen[bytes]:
        found = os.pathsep.join(entry for entry in sys.path if entry) if path is None else path
        log = (self._folder / f"log{len(self._all)}").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            cwd=self._folder,
            env={**os.environ, **QUIET, "PYTHONPATH": found},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        self._all.append(process)
        return process

    def close(self) -> None:
        for process in reversed(self._all):
            process.kill()
            process.wait()


@contextlib.contextmanager
def dask_processes(folder: Path) -> Iterator[DaskProcesses]:
    """All are killed in the end."""
    found = DaskProcesses(folder)
    try:
        yield found
    finally:
        found.close()
