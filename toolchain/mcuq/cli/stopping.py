"""SIGINT and SIGTERM end a command alike: it tidies up and says how to go on."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType

from mcuq.cli.output import said, stderr

INTERRUPTED = 128 + signal.SIGINT
_ONE_WISH_S = 1.0
_HOW_TO_GO_ON = "run the same command again"


class Stopped(KeyboardInterrupt):
    """A signal asked the command to end; whoever knows how it can go on adds a note."""


@dataclass
class StopSignal:
    """Attributes:
    asked: what was raised; None where no signal came.
    exit_code: of a command that a signal ended.
    since: when it was raised, monotonic seconds.
    """

    asked: Stopped | None = None
    since: float = 0.0
    exit_code: int = INTERRUPTED


@contextlib.contextmanager
def stoppable() -> Iterator[StopSignal]:
    """Raise `Stopped` in the main thread where a signal asks for it.

    A second signal ends the process at once, unless it follows so closely that it is the same wish:
    timeout(1) sends two.
    """
    stop = StopSignal()

    def ask(number: int, _frame: FrameType | None) -> None:
        if stop.asked is not None:
            if time.monotonic() - stop.since > _ONE_WISH_S:
                signal.signal(number, signal.SIG_DFL)
                os.kill(os.getpid(), number)
            return
        stop.asked, stop.exit_code, stop.since = Stopped(), 128 + number, time.monotonic()
        _end_children()
        raise stop.asked

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def report_stop(stop: StopSignal) -> int:
    """Say that the command was stopped, and how to go on; the exit code."""
    notes = getattr(stop.asked, "__notes__", [])
    stderr().print(said("stopped", "; ".join(notes) or _HOW_TO_GO_ON))
    return stop.exit_code


def _end_children() -> None:
    """Threads may wait for what a child computes."""
    isolated = sys.modules.get("mcuq.isolated.worker")
    if isolated is not None:
        isolated.end_children()
