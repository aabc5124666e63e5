"""The parent's side: one child a thread, started when it is needed and again after it died."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from mcuq.isolated.limits import PATIENCE_S

Value = TypeVar("Value")
_kept = threading.local()
_LATE = -getattr(signal, "SIGXCPU", 0) or None
"""Exit code of a child that was ended for want of progress; Windows ends none."""


class IsolatedError(Exception):
    """A call did not give a result.

    Args:
        reason: one line: what was raised, or which signal ended the child.
        log: what native code wrote to stderr during the call.
        crashed: whether a signal ended the child, other than for want of progress.
    """

    def __init__(self, reason: str, log: str, *, crashed: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.log = log
        self.crashed = crashed


def call_isolated(function: Callable[..., Value], *arguments: object) -> Value:
    """`function(*arguments)`, computed in a child process.

    Args:
        function: of a module's top level; it calls `progressed` from time to time.
        arguments: can be pickled, like the result.

    Raises:
        McuqError: `function` raised it. IsolatedError: it raised something else, the process
            died, or nothing was heard of it for `PATIENCE_S` seconds of its processor time.
    """
    worker: _Worker | None = getattr(_kept, "worker", None)
    if worker is None or not worker.is_ready:
        worker = _kept.worker = _Worker()
    answer: Value = worker.call(function, arguments)
    return answer


class _Worker:
    """A child process and the pipes to it."""

    def __init__(self) -> None:
        self._owner = os.getpid()
        self._log = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - lives as the child
        path = os.pathsep.join(entry for entry in sys.path if entry)
        self._process = subprocess.Popen(
            # -P: a file numpy.py in the working directory is none of the child's business.
            [sys.executable, "-P", "-m", "mcuq.isolated.child", str(self._owner)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env={**os.environ, "PYTHONPATH": path},
        )

    @property
    def is_ready(self) -> bool:
        """Whether it is alive, and ours: a forked process inherits only the pipes."""
        return self._owner == os.getpid() and self._process.poll() is None

    def call(self, function: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
        # The child writes through the same file position.
        self._log.seek(0)
        self._log.truncate()
        try:
            kind, value = self._exchange(function, arguments)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            code = self._process.wait()
            crashed = code < 0 and code != _LATE
            raise IsolatedError(_end(code), self._logged(), crashed=crashed) from None
        except BaseException:
            # Interrupted: what the child answers later belongs to no call.
            self._process.kill()
            raise
        if kind == "error":
            raise value
        if kind == "failed":
            raise IsolatedError(value, self._logged())
        return value

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


def _end(code: int) -> str:
    """How a process ended, in words."""
    if code == _LATE:
        return f"it does not come back: nothing after {PATIENCE_S} s of processor time"
    if code < 0:
        names = {entry.value: entry.name for entry in signal.Signals}
        return f"it crashed with {names.get(-code, f'signal {-code}')}"
    return f"it ended with exit code {code}"
