"""Child processes that do not outlive the one that started them, whatever ended it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
_THEN_RUN = (
    "import ctypes, os, sys\n"
    f"ctypes.CDLL(None).prctl({_PR_SET_PDEATHSIG}, {int(signal.SIGTERM)})\n"
    "if os.getppid() == int(sys.argv[1]): os.execv(sys.argv[2], sys.argv[2:])"
)


def end_with_parent(parent: int) -> None:
    """Call first in a child of the process `parent`: it ends with that, even by SIGKILL.

    The kernel sees to it, since native code may never give control back; on Linux only.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the kernel knew
            os._exit(1)


def ending_with_us(command: Sequence[str]) -> list[str]:
    """`command`, of a program that is not ours, as `end_with_parent` would have it.

    Args:
        command: the program's path, and its arguments.
    """
    if sys.platform != "linux":
        return list(command)
    return [sys.executable, "-I", "-S", "-c", _THEN_RUN, str(os.getpid()), *command]
