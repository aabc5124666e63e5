"""What a child is told to do in the tests; it must be importable there."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

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


def take(count: int) -> int:
    """So many bytes at once."""
    return len(bytearray(count))


def take_in_native_code() -> None:
    """As C++ ends where memory lacks."""
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()


def sleep_with_a_child() -> None:
    """Both are idle: no processor time passes. The child's number is on stderr."""
    child = subprocess.Popen(["sleep", "100"])
    Path(os.environ["CHILD_OF_TASK"]).write_text(str(child.pid))
    time.sleep(100)
