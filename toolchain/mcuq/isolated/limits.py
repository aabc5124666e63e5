"""What bounds a child: processor time without progress, and the life of its parent."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mcuq_hil.orphans import end_with_parent

try:
    import resource
except ImportError:  # not on Windows: a child is unbounded there
    resource = None  # type: ignore[assignment]

PATIENCE_S = 60
"""Seconds of processor time between two signs of progress; a slow or busy machine gets as many.

Evidence: not measured: chosen by hand."""
_is_child = False


@dataclass(frozen=True)
class CallLimits:
    """What one call may take; None: no bound.

    Attributes:
        seconds: of time, from call to result. Without it, `PATIENCE_S` bounds the processor time
            between two signs of progress.
        memory: bytes that the child, and each process that it starts, may ask for. Not held on
            Windows and macOS.
    """

    seconds: float | None = None
    memory: int | None = None


def enter_child(parent: int, *, is_patient: bool = False, memory: int | None = None) -> None:
    """Called first in a child of the process `parent`: it ends with that, even by SIGKILL.

    On Linux the kernel sees to it, since native code may never give control back; elsewhere the
    child ends when it next waits for a call.

    Args:
        is_patient: whether processor time without progress is not bounded.
        memory: see `CallLimits`.
    """
    global _is_child
    _is_child = not is_patient
    if memory is not None and resource is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    # An interrupt is the parent's to handle; it ends its children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(parent)


@contextmanager
def bounded_memory(most: int) -> Iterator[None]:
    """Let this process ask for `most` more bytes of memory at most; on Windows for any number."""
    if resource is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bound = _data_bytes() + most
    allowed = [each for each in (soft, hard, bound) if each != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(allowed), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    """What of this process counts towards the limit; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("VmData:"))


def progressed(patience: int | None = None) -> None:
    """In a child: the next sign of progress is due within `patience` seconds, or `PATIENCE_S`.

    Elsewhere it does nothing.

    The kernel ends a child that is late with SIGXCPU.
    """
    if not _is_child or resource is None:
        return
    due = math.ceil(time.process_time()) + (PATIENCE_S if patience is None else patience)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = due if hard == resource.RLIM_INFINITY else min(due, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
