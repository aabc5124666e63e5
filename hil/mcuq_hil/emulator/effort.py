"""Time that a process had for its work: what patience with an emulator is measured in.

An emulator that waits for a core of a busy computer, or is stopped, does not get anywhere, and
nobody should give it up for that. One that computes for ever takes processor time without end.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from mcuq_hil.settings import PATIENCE

_TICK = 1 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01
_ASLEEP = frozenset("SI")


class EffortClock:
    """Seconds that advance with the processor time of a process while it works, and with the
    wall clock while it sleeps: then it waits for us.

    Where the system does not tell (no /proc), it is the wall clock.

    Args:
        pid: the process.
    """

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}/task")
        self._spent = 0.0
        self._wall = self._moved = time.monotonic()
        self._cpu = self._look()[0]

    def __call__(self) -> float:
        """Seconds since the start."""
        now = time.monotonic()
        cpu, asleep = self._look()
        if cpu > self._cpu or asleep:
            self._moved = now
        is_stuck = now - self._moved > PATIENCE.stall
        passed = now - self._wall
        self._spent += passed if asleep or is_stuck else min(cpu - self._cpu, passed)
        self._wall, self._cpu = now, cpu
        return self._spent

    def _look(self) -> tuple[float, bool]:
        """Processor seconds of all threads so far, and whether all of them sleep."""
        ticks, asleep = 0, True
        try:
            for thread in self._folder.iterdir():
                # The name, in parentheses, may hold anything.
                fields = (thread / "stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
                asleep = asleep and fields[0] in _ASLEEP
        except (OSError, ValueError, IndexError):
            return getattr(self, "_cpu", 0.0), True
        return ticks * _TICK, asleep
