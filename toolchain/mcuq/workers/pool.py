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
from multiprocessing import resource_tracker
from typing import Any

from mcuq.errors import WorkersError
from mcuq.workers.base import Job, Start, Value, Workers

_RESTARTS = 3
_log = logging.getLogger(__name__)


class ProcessPool(Workers):
    """Processes of this computer.

    Args:
        count: processes.
        start: called first in each, with `arguments`.
        arguments: handed over once to each process.
    """

    def __init__(self, count: int, start: Start, *arguments: object) -> None:
        self._count = count
        self._start = (start, arguments)
        self._restarts = 0
        self._others: set[int | None] = set()
        self._pool = self._new_pool()

    @property
    def count(self) -> int:
        return self._count

    def close(self, *, at_once: bool) -> None:
        if at_once:
            self._kill()
        self._pool.shutdown(cancel_futures=True)

    def finished(
        self, function: Callable[..., Value], jobs: Sequence[Job]
    ) -> Iterator[tuple[int, Value]]:
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

    def _submitted(self, function: Callable[..., Value], jobs: dict[int, Job]) -> dict[Any, int]:
        with interrupts_withheld():
            return {
                self._pool.submit(_perform, function, job): number for number, job in jobs.items()
            }

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
        return ProcessPoolExecutor(self._count, context, _enter, self._start)

    def _kill(self) -> None:
        """What they compute is of no use any more, and may take long."""
        for child in multiprocessing.active_children():
            if child.pid not in self._others:
                child.kill()


_state: Any = None
"""Of a worker process: what `start` made."""


def _enter(start: Start, arguments: tuple[object, ...]) -> None:
    """First in a worker."""
    global _state
    # An interrupt is the parent's to handle; it ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    _state = start(*arguments)


def _perform(function: Callable[..., Value], job: Job) -> Value:
    return function(_state, *job)


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
def interrupts_withheld() -> Iterator[None]:
    """No process that starts meanwhile is interrupted before it ignores interrupts."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # Python 3.11 lets interrupts in again where it starts this one.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
