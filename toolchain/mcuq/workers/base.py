"""What jobs are sent to, wherever it computes."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

Value = TypeVar("Value")
Job = tuple[Any, ...]
Start = Callable[..., Any]


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers(ABC):
    """Where jobs are done, by any number of processes; what one that dies had begun is done again.

    A context manager; what it holds ends with it, at once where it ends with an error.

    Every process makes a state once, `start(*arguments)`, and hands it to each job's function.
    Functions are of a module's top level; what they take and return can be pickled.
    """

    @property
    @abstractmethod
    def count(self) -> int:
        """Processes that take jobs, at least 1; it may change."""

    @abstractmethod
    def finished(
        self, function: Callable[..., Value], jobs: Sequence[Job]
    ) -> Iterator[tuple[int, Value]]:
        """(number of the job, `function(state, *job)`), as they are done.

        Raises:
            WorkersError: processes are lost again and again, or whatever hands jobs to them is.
                Whatever `function` raises.
        """

    @abstractmethod
    def close(self, *, at_once: bool) -> None:
        """Let go of the processes; `at_once`: what they compute is of no use any more."""

    def map(
        self, function: Callable[..., Value], jobs: Sequence[Job], *, together: int = 1
    ) -> list[Value]:
        """`function(state, *job)` of each job, in their order.

        Args:
            together: jobs that are handed over at once.

        Raises:
            WorkersError: as `finished`. Whatever `function` raises.
        """
        parts = [(function, jobs[at : at + together]) for at in range(0, len(jobs), together)]
        done = dict(self.finished(_each, parts))
        return [value for index in range(len(parts)) for value in done[index]]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(at_once=error is not None)


class InThisProcess(Workers):
    """No other process: jobs are done where they are asked for."""

    def __init__(self, start: Start, *arguments: object) -> None:
        self._state = start(*arguments)

    @property
    def count(self) -> int:
        return 1

    def finished(
        self, function: Callable[..., Value], jobs: Sequence[Job]
    ) -> Iterator[tuple[int, Value]]:
        for number, job in enumerate(jobs):
            yield number, function(self._state, *job)

    def close(self, *, at_once: bool) -> None:
        self._state = None


def _each(state: Any, function: Callable[..., Value], jobs: Sequence[Job]) -> list[Value]:
    return [function(state, *job) for job in jobs]
