"""The parent's side: one child a thread, started when it is needed and again after it died."""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from mcuq.isolated.limits import CallLimits
from mcuq.temporary import temporary_file

Value = TypeVar("Value")
_kept = threading.local()
_alive: weakref.WeakSet[_Worker] = weakref.WeakSet()
_LATE = -getattr(signal, "SIGXCPU", 0) or None
"""Exit code of a child that was ended for want of progress; Windows ends none."""
_NO_MEMORY = ("bad_alloc", "MemoryError", "Cannot allocate memory")
"""What native code and Python say last where memory lacks."""


class End(StrEnum):
    """How a call ended that gave no result."""

    RAISED = "raised"
    """An exception that is none of ours."""
    CRASHED = "crashed"
    """A signal or an exit of its own."""
    LATE = "late"
    """It took longer than it may."""
    MEMORY = "memory"
    """It asked for more than it may."""


class IsolatedError(Exception):
    """A call did not give a result.

    Args:
        reason: one line: what was raised, or which signal ended the child.
        log: what native code wrote to stderr during the call.
        crashed: whether a signal ended the child, other than for want of progress.
        end: how it ended.
    """

    def __init__(
        self, reason: str, log: str, *, crashed: bool = False, end: End = End.RAISED
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.log = log
        self.crashed = crashed
        self.end = end


def call_isolated(function: Callable[..., Value], *arguments: object) -> Value:
    """`function(*arguments)`, computed in a child process.

    Args:
        function: of a module's top level; it calls `progressed` from time to time.
        arguments: can be pickled, like the result. Relative paths are of this process's folder.

    Raises:
        McuqError: `function` raised it. IsolatedError: it raised something else, the process
            died, or it took longer than `progressed` lets it.
    """
    # The child stays in the folder that it was started in.
    arguments = tuple(one.absolute() if isinstance(one, Path) else one for one in arguments)
    worker: _Worker | None = getattr(_kept, "worker", None)
    if worker is None or not worker.is_ready:
        worker = _kept.worker = _Worker()
    answer: Value = worker.call(function, arguments)
    return answer


def end_children() -> None:
    """End every child, whatever it does; may be called by any thread."""
    for worker in list(_alive):
        worker.end()


class Confined:
    """Calls in a child of their own, within limits; one that does not come back ends only itself.

    The child is started when it is needed, and again after it died. All that it starts ends with
    it.
    """

    def __init__(self, limits: CallLimits) -> None:
        self._limits = limits
        self._worker: _Worker | None = None
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def call(self, function: Callable[..., Value], *arguments: object) -> Value:
        """As `call_isolated`.

        Raises:
            McuqError, IsolatedError: as there; the error's `end` tells how.
        """
        if self._worker is None or not self._worker.is_ready:
            self._worker = _Worker(self._limits)
            # What starting and importing take is not the call's time.
            self._worker.call(_imported, (function.__module__,), is_timed=False)
        if self._is_closed:
            self._worker.end()
        answer: Value = self._worker.call(function, arguments)
        return answer

    def close(self) -> None:
        """End the child, whatever it does; may be called by any thread."""
        self._is_closed = True
        if self._worker is not None:
            self._worker.end()


class _Worker:
    """A child process and the pipes to it."""

    def __init__(self, limits: CallLimits | None = None) -> None:
        self._limits = limits or CallLimits()
        self._is_late = False
        # What it starts can be ended with it.
        self._has_group = limits is not None and os.name == "posix"
        self._owner = os.getpid()
        self._log = temporary_file()  # lives as the child
        path = os.pathsep.join(entry for entry in sys.path if entry)
        self._process = subprocess.Popen(
            # -P: a file numpy.py in the working directory is none of the child's business.
            [sys.executable, "-P", "-m", "mcuq.isolated.child", str(self._owner), *self._words()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=self._has_group,
        )
        _alive.add(self)

    def _words(self) -> tuple[str, ...]:
        return tuple(
            "-" if value is None else str(value)
            for value in (self._limits.seconds, self._limits.memory)
        )

    def end(self) -> None:
        """Kill the child and, where it has a group of its own, all that it has started."""
        if self._has_group and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()

    def _expire(self) -> None:
        self._is_late = True
        self.end()

    @property
    def is_ready(self) -> bool:
        """Whether it is alive, and ours: a forked process inherits only the pipes."""
        return self._owner == os.getpid() and self._process.poll() is None

    def call(
        self,
        function: Callable[..., Any],
        arguments: tuple[object, ...],
        *,
        is_timed: bool = True,
    ) -> Any:
        # The child writes through the same file position.
        self._log.seek(0)
        self._log.truncate()
        try:
            exchange = self._timed if is_timed else self._exchange
            kind, value = exchange(function, arguments)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            raise self._ended(self._process.wait()) from None
        except BaseException:
            # Interrupted: what the child answers later belongs to no call.
            self.end()
            raise
        if kind == "error":
            raise value
        if kind in ("failed", "memory"):
            end = End.MEMORY if kind == "memory" else End.RAISED
            raise IsolatedError(value, self._logged(), end=end)
        return value

    def _timed(self, function: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
        if self._limits.seconds is None:
            return self._exchange(function, arguments)
        timer = threading.Timer(self._limits.seconds, self._expire)
        timer.start()
        try:
            return self._exchange(function, arguments)
        finally:
            timer.cancel()

    def _ended(self, code: int) -> IsolatedError:
        log = self._logged()
        if self._is_late:
            late = f"it does not come back within {self._limits.seconds:g} s"
            return IsolatedError(late, log, end=End.LATE)
        if self._limits.memory is not None and any(words in log for words in _NO_MEMORY):
            return IsolatedError(f"it asks for too much memory: {_end(code)}", log, end=End.MEMORY)
        crashed = code < 0 and code != _LATE
        end = End.LATE if code == _LATE else End.CRASHED
        return IsolatedError(_end(code), log, crashed=crashed, end=end)

    def _exchange(self, function: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
        calls, answers = self._process.stdin, self._process.stdout
        assert calls is not None and answers is not None  # both are pipes
        pickle.dump((function, arguments), calls, pickle.HIGHEST_PROTOCOL)
        calls.flush()
        return pickle.load(answers)

    def _logged(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def __del__(self) -> None:
        # At a thread's or the interpreter's end.
        if self._owner != os.getpid():
            return
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.kill()
        self._process.wait()
        self._log.close()


def _imported(module: str) -> None:
    """In the child."""
    importlib.import_module(module)


def _end(code: int) -> str:
    """How a process ended, in words."""
    if code == _LATE:
        return "it does not come back: processor time passes without progress"
    if code < 0:
        names = {entry.value: entry.name for entry in signal.Signals}
        return f"it crashed with {names.get(-code, f'signal {-code}')}"
    return f"it ended with exit code {code}"
