"""Jobs on workers that are all lost and back between two looks; no process of Dask's is needed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mcuq.errors import WorkersError
from mcuq.workers import jobs
from mcuq.workers.jobs import Jobs
from mcuq.workers.settings import DASK


class Unfinished:
    """A future of a job that no worker has."""

    key = "a job"

    def add_done_callback(self, _: object) -> None:
        pass


class Restarted:
    """A crew whose only worker is another one at every look, at the same address."""

    name, place = "crew", "somewhere"

    def __init__(self) -> None:
        self.client: Any = self
        self.submitted = self.looks = 0

    def accepted(self) -> dict[str, str]:
        self.looks += 1
        return {"tcp://127.0.0.1:1": f"folder {self.looks}"}

    @contextlib.contextmanager
    def reached(self) -> Iterator[None]:
        yield

    def submit(self, *_: object, **__: object) -> Unfinished:
        self.submitted += 1
        return Unfinished()

    def processing(self) -> dict[str, list[str]]:
        return {}

    def cancel(self, _: object) -> None:
        pass

    def is_lost(self) -> bool:
        return False


def test_workers_that_come_back_at_once_are_counted_as_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "DASK", replace(DASK, look_s=0.001, losses=3))
    crew = Restarted()
    running = Jobs(crew, len, [(0,)])  # type: ignore[arg-type]
    with running, pytest.raises(WorkersError, match="are killed again and again"):
        next(running.results())
    # Given anew each time: what the lost worker had is not given to the new one.
    assert crew.submitted == 1 + DASK.losses
