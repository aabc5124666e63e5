"""Running jobs on a farm: a thread a place, one queue a kind of board."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from mcuq_hil.errors import HilError, PortError
from mcuq_hil.farm.jobs import OWN_FAULTS, FarmReport, Job, Outcome, Setback
from mcuq_hil.farm.place import Place, open_place
from mcuq_hil.session import Session

T = TypeVar("T")
Open = Callable[[Place, Path], Session]
Elsewhere = Callable[[Job[Any]], Any]
"""Does a job of an emulated place on another computer; raises what the job's own session would."""


def run_jobs(
    places: Sequence[Place],
    jobs: Sequence[Job[T]],
    *,
    open_session_at: Open = open_place,
    elsewhere: Elsewhere | None = None,
    on_outcome: Callable[[Outcome[T]], None] | None = None,
) -> FarmReport[T]:
    """Do every job on any free place of its kind.

    A place that fails (no answer, lost link, flashing failed) is set aside at once and for good,
    and its job goes to another place; a job that fails on its own account (fault, wrong result)
    is not repeated. No error is raised: outcomes and setbacks tell.

    Args:
        open_session_at: how a place is opened.
        elsewhere: does the jobs of emulated places; None: this computer does.
        on_outcome: called, from any thread but one at a time, as jobs end.
    """
    board = _Board(places, jobs, on_outcome)
    workers = [_Worker(place, board, open_session_at, elsewhere) for place in places]
    threads = [
        threading.Thread(target=worker.run, name=place.name)
        for worker, place in zip(workers, places, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        # Interrupted: nothing more is begun, and what is under way loses its link.
        board.give_up()
        for worker in workers:
            worker.hang_up()
        raise
    return board.report()


class _Board(Generic[T]):
    """What is waiting, running and done; every method is safe to call from any thread."""

    def __init__(
        self,
        places: Sequence[Place],
        jobs: Sequence[Job[T]],
        on_outcome: Callable[[Outcome[T]], None] | None,
    ) -> None:
        self._jobs = jobs
        self._waiting = list(range(len(jobs)))
        self._running: set[int] = set()
        self._outcomes: dict[int, Outcome[T]] = {}
        self._setbacks: list[Setback] = []
        self._usable = {place.name: place.board for place in places}
        self._changed = threading.Condition()
        self._on_outcome = on_outcome

    def job(self, index: int) -> Job[T]:
        return self._jobs[index]

    def take(self, place: Place) -> int | None:
        """A waiting job for a place; None when there will be none any more."""
        with self._changed:
            while True:
                mine = [i for i in self._waiting if self._jobs[i].board == place.board]
                if mine:
                    self._waiting.remove(mine[0])
                    self._running.add(mine[0])
                    return mine[0]
                # A running job may come back, if its place fails.
                if not any(self._jobs[i].board == place.board for i in self._running):
                    return None
                self._changed.wait()

    def finish(self, index: int, outcome: Outcome[T]) -> None:
        """A job has ended."""
        with self._changed:
            self._running.discard(index)
            self._outcomes[index] = outcome
            if self._on_outcome is not None:
                self._on_outcome(outcome)
            self._changed.notify_all()

    def give_back(self, index: int, place: Place, error: HilError) -> None:
        """A place has failed: set it aside, queue its job again."""
        with self._changed:
            self._running.discard(index)
            self._usable.pop(place.name, None)
            self._setbacks.append(Setback(place.name, self._jobs[index].name, error))
            self._waiting.insert(0, index)
            self._changed.notify_all()

    def give_up(self) -> None:
        """Nobody takes a job any more."""
        with self._changed:
            self._waiting.clear()
            self._running.clear()
            self._changed.notify_all()

    def report(self) -> FarmReport[T]:
        """The end; jobs that found no usable place have failed."""
        for index in self._waiting:
            job = self._jobs[index]
            error = next((s.error for s in reversed(self._setbacks) if s.job == job.name), None)
            why = f": {error.cause}" if error else ""
            missing = PortError(
                f"no usable {job.board} is left for {job.name}{why}",
                "try its places with: mcuq hil check",
            )
            self._outcomes[index] = Outcome(job.name, "", error=missing)
        ordered = tuple(self._outcomes[index] for index in range(len(self._jobs)))
        return FarmReport(ordered, tuple(self._setbacks))


class _Worker(Generic[T]):
    """One place at work; keeps its session while jobs use the same image."""

    def __init__(
        self,
        place: Place,
        board: _Board[T],
        open_session_at: Open,
        elsewhere: Elsewhere | None,
    ) -> None:
        self._place = place
        self._board = board
        self._open = open_session_at
        self._elsewhere = elsewhere if place.emulated else None
        self._session: Session | None = None
        self._elf: Path | None = None

    def run(self) -> None:
        try:
            while (index := self._board.take(self._place)) is not None:
                if not self._do(index):
                    return
        finally:
            self.hang_up()

    def _do(self, index: int) -> bool:
        """Do one job; False where the place has failed."""
        job = self._board.job(index)
        try:
            value = self._value(job)
        except OWN_FAULTS as error:
            self.hang_up()
            self._board.finish(index, Outcome(job.name, self._place.name, error=error))
        except HilError as error:
            self.hang_up()
            self._board.give_back(index, self._place, error)
            return False
        except Exception as error:
            unexpected = HilError(
                f"the job itself failed: {type(error).__name__}: {error}", "please report it"
            )
            self._board.finish(index, Outcome(job.name, self._place.name, error=unexpected))
        else:
            self._board.finish(index, Outcome(job.name, self._place.name, value=value))
        return True

    def _value(self, job: Job[T]) -> T:
        if self._elsewhere is None:
            return job.work(self._session_for(job.elf))
        value: T = self._elsewhere(job)
        return value

    def _session_for(self, elf: Path) -> Session:
        if self._session is None or self._elf != elf:
            self.hang_up()
            self._session = self._open(self._place, elf)
            self._elf = elf
        return self._session

    def hang_up(self) -> None:
        """Close the session, if one is open."""
        session, self._session = self._session, None
        if session is not None:
            session.close()
