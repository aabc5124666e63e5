"""Jobs under way on Dask: no more at once than workers can do, and late ones twice."""

from __future__ import annotations

import contextlib
import logging
import queue
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self

from distributed import Future, KilledWorker

from mcuq.errors import WorkersError
from mcuq.workers.base import Job, Value
from mcuq.workers.remote import perform
from mcuq.workers.settings import DASK

if TYPE_CHECKING:
    from mcuq.workers.dask import DaskWorkers

_log = logging.getLogger(__name__)


class Jobs(Generic[Value]):
    """The jobs of one call. A context manager; what is under way when it ends is given up.

    Args:
        crew: whose workers do them.
        function: of (state, *job).
    """

    def __init__(
        self, crew: DaskWorkers, function: Callable[..., Value], jobs: Sequence[Job]
    ) -> None:
        self._crew = crew
        self._function = function
        self._jobs = jobs
        self._waiting = deque(range(len(jobs)))
        self._left = set(self._waiting)
        self._numbers: dict[Future, int] = {}
        self._done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._room = 0
        self._longest: float | None = None
        self._repeats = 0
        self._looked = self._heard = time.monotonic()
        self._deserted: float | None = None
        self._there: set[tuple[str, str]] = set()
        self._losses = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._give_up(list(self._numbers))

    def results(self) -> Iterator[tuple[int, Value]]:
        """(number, value), as they come.

        Raises:
            WorkersError, and whatever the function raises: see `Workers.finished`.
        """
        self._look()
        while self._left:
            self._fill()
            for number, seconds, value in self._gathered(self._ended()):
                if number in self._left:
                    self._left.discard(number)
                    self._give_up([f for f, other in self._numbers.items() if other == number])
                    self._longest = max(seconds, self._longest or 0.0)
                    self._heard, self._repeats, self._losses = time.monotonic(), 0, 0
                    yield number, value
            if time.monotonic() - self._looked > DASK.look_s:
                self._look()

    def _ended(self) -> list[Future]:
        """All that have ended; none where for a while none does."""
        ended = []
        with contextlib.suppress(queue.Empty):
            ended.append(self._done.get(timeout=DASK.look_s))
            while True:
                ended.append(self._done.get_nowait())
        return ended

    def _gathered(self, ended: list[Future]) -> list[tuple[int, float, Value]]:
        """(number, seconds, value) of those that have one; the others are done again.

        A result is one trip to a worker, many are one as well.
        """
        numbers = {future: self._numbers.pop(future, None) for future in ended}
        wanted = {future: n for future, n in numbers.items() if n in self._left and n is not None}
        for future in wanted:
            self._check(future)
        whole = [future for future in wanted if future.status == "finished"]
        found: list[tuple[float, Value]] = []
        try:
            found = self._fetched(whole)
        except (CancelledError, TimeoutError, KilledWorker):
            whole = []
        self._waiting += [n for future, n in wanted.items() if future not in whole]
        return [(wanted[future], *pair) for future, pair in zip(whole, found, strict=True)]

    def _fetched(self, futures: list[Future]) -> list[tuple[float, Value]]:
        if not futures:
            return []
        client = self._crew.client
        with self._crew.reached():
            return list(
                client.sync(
                    lambda: client.gather(futures, asynchronous=True),
                    callback_timeout=DASK.result_s,
                )
            )

    def _check(self, future: Future) -> None:
        """Raise what a job has raised, or that there is no scheduler any more."""
        if future.status == "error":
            error = future.exception()
            if isinstance(error, KilledWorker):
                raise _killed() from error
            raise error
        if future.status != "finished" and self._crew.is_lost():
            raise self._crew.lost()

    def _give_up(self, futures: list[Future]) -> None:
        """What was repeated is done once; a worker that has begun it finds out in the end."""
        for future in futures:
            del self._numbers[future]
        if futures and not self._crew.is_lost():
            self._crew.client.cancel(futures)

    def _fill(self) -> None:
        while self._waiting and len(self._numbers) < self._room:
            self._submit(self._waiting.popleft())

    def _submit(self, number: int, **how: Any) -> None:
        crew = self._crew
        with crew.reached():
            future = crew.client.submit(
                perform,
                crew.name,
                self._function,
                self._jobs[number],
                resources={crew.name: 1},
                pure=False,
                **how,
            )
        self._numbers[future] = number
        future.add_done_callback(self._done.put)

    def _look(self) -> None:
        """Who is there, and whether something is late."""
        accepted = self._crew.accepted()
        self._looked = now = time.monotonic()
        if not accepted:
            self._desert(now)
            return
        before, self._there = self._there, set(accepted.items())
        # All may have been started anew since the last look, too.
        if self._deserted is not None or (before and not before & self._there):
            # What was given to a worker when there was none is not given to those that come.
            self._deserted = None
            self._losses += bool(self._numbers)
            if self._losses > DASK.losses:
                raise _killed()
            self._repeat(accepted)
        self._room = DASK.in_flight * len(accepted)
        if now - self._heard > self._patience() * 2**self._repeats:
            self._repeats += 1
            self._repeat(accepted)

    def _patience(self) -> float:
        if self._longest is None:
            return DASK.late_first_s
        return max(DASK.late_least_s, DASK.late_factor * self._longest)

    def _desert(self, now: float) -> None:
        """Nobody is there: wait, not for ever."""
        crew = self._crew
        if self._deserted is None and not crew.is_hopeless():
            self._deserted = now
            _log.warning("no worker %s can take a job: waiting for one", crew.place)
        if self._deserted is not None and now - self._deserted < DASK.workers_s:
            return
        if self._losses:
            raise _killed()
        refusal = crew.refusal()
        raise WorkersError(
            f"no worker {crew.place} can take a job" + (f": {refusal}" if refusal else ""),
            "start workers with the same mcuq: dask worker, see docs/dask.md; the same command "
            "goes on",
        )

    def _repeat(self, accepted: Iterable[str]) -> None:
        """Give what is under way to other workers, too, behind all that they have to do."""
        with self._crew.reached():
            busy = self._crew.client.processing()
        at = {key: worker for worker, keys in busy.items() for key in keys}
        held: dict[int, set[str]] = {}
        for future, number in self._numbers.items():
            held.setdefault(number, set()).add(at.get(future.key, ""))
        for number, workers in held.items():
            others = set(accepted) - workers
            if number in self._left and others:
                _log.info("job %d is late at %s: repeated elsewhere", number, workers)
                self._submit(number, workers=sorted(others), priority=-1)


def _killed() -> WorkersError:
    return WorkersError(
        "worker processes are killed again and again",
        "where memory lacks, run fewer workers on a computer",
    )
