"""Worker processes: they do not outlive the one that started them, and one that is killed is
replaced."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Self, TypeVar

from mcuq.errors import WorkersError

Value = TypeVar("Value")
_RESTARTS = 3
_log = logging.getLogger(__name__)


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """A pool of processes; what one that is killed had begun is done again by others.

    A context manager; the processes end with it, at once where it ends with an error.

    Args:
        count: processes.
        start: called first in each, with `arguments`; of a module's top level.
        arguments: handed over once to each process.
    """

    def __init__(self, count: int, start: Callable[..., None], *arguments: object) -> None:
        self.count = count
        self._start = (start, arguments)
        self._restarts = 0
        self._others: set[int | None] = set()
        self._pool = self._new_pool()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._kill()
        self._pool.shutdown(cancel_futures=True)

    def map(
        self, function: Callable[..., Value], jobs: Sequence[tuple[Any, ...]], *, together: int = 1
    ) -> list[Value]:
        """`function(*job)` of each job, in their order.

        Args:
            function: of a module's top level.
            together: jobs that are handed over at once.

        Raises:
            WorkersError: as `finished`. Whatever `function` raises.
        """
        parts = [(function, jobs[at : at + together]) for at in range(0, len(jobs), together)]
        done = dict(self.finished(_each, parts))
        return [value for index in range(len(parts)) for value in done[index]]

    def finished(
        self, function: Callable[..., Value], jobs: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, Value]]:
        """(number of the job, `function(*job)`), as they are done.

        Raises:
            WorkersError: processes are killed again and again. Whatever `function` raises.
        """
        left = dict(enumerate(jobs))
        while left:
            try:
                futures = self._submitted(function, left)
                try:
                    for future in as_completed(futures):
                        value = future.result()
                        del left[futures[future]]
                        yield futures[future], value
                finally:
                    for future in futures:
                        future.cancel()
            except BrokenProcessPool as error:
                self._restart(error)

    def _submitted(
        self, function: Callable[..., Value], jobs: dict[int, tuple[Any, ...]]
    ) -> dict[Any, int]:
        with _interrupts_withheld():
            return {self._pool.submit(function, *job): number for number, job in jobs.items()}

    def _restart(self, error: BrokenProcessPool) -> None:
        self._restarts += 1
        self._pool.shutdown(cancel_futures=True)
        if self._restarts > _RESTARTS:
            raise WorkersError(
                f"worker processes were killed {self._restarts} times",
                "where memory lacks, use fewer --workers",
            ) from error
        _log.warning("a worker process was killed: others do its work")
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        self._others = {child.pid for child in multiprocessing.active_children()}
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.count, context, _enter, self._start)

    def _kill(self) -> None:
        """What they compute is of no use any more, and may take long."""
        for child in multiprocessing.active_children():
            if child.pid not in self._others:
                child.kill()


def _each(function: Callable[..., Value], jobs: Sequence[tuple[Any, ...]]) -> list[Value]:
    return [function(*job) for job in jobs]


def _enter(start: Callable[..., None], arguments: tuple[object, ...]) -> None:
    """First in a worker."""
    # An interrupt is the parent's to handle; it ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    start(*arguments)


def _end_with_parent() -> None:
    """A worker ends when its parent does, even by SIGKILL.

    A pool's worker waits for work on a pipe that it holds both ends of, so that it would wait
    for ever.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextlib.contextmanager
def _interrupts_withheld() -> Iterator[None]:
    """No process that starts meanwhile is interrupted before it ignores interrupts."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
