"""What a child is told to do in the tests; it must be importable there."""

from __future__ import annotations

import os
import time

from mcuq.errors import InputError
from mcuq.isolated import progressed


def add(a: int, b: int) -> int:
    return a + b


def process() -> int:
    return os.getpid()


def die(number: int) -> None:
    os.write(2, b"last words\n")
    os.kill(os.getpid(), number)


def leave() -> None:
    os._exit(7)


def shout() -> str:
    os.write(1, b"native noise on stdout\n")
    return "said"


def refuse() -> None:
    raise InputError("cause", "hint")


def fail() -> None:
    os.write(2, b"why it failed\n")
    raise RuntimeError("foreign")


def spin(seconds: float) -> None:
    """Busy without a sign of progress."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def spin_on(times: int, seconds: float) -> str:
    """As long in all, with signs of progress."""
    for _ in range(times):
        progressed()
        spin(seconds)
    return "came back"


def impatient(patience: int) -> None:
    """From now on this child is given so many seconds."""
    from mcuq.isolated import limits

    limits.PATIENCE_S = patience
