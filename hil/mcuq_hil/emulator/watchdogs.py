"""Watchdogs of the emulated families: what starts and feeds them, and how long they wait.

Registers are those of the documents named in firmware/ports/watchdog. An emulated core is slower
than a real one: the watchdog waits for time that the emulator worked, many times what it says.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from mcuq_hil.settings import PATIENCE

Read = Callable[[int], int]


@dataclass(frozen=True)
class WatchdogLayout:
    """One family's.

    Attributes:
        start: register, and the bits that a write to it has where it starts the watchdog.
        feed: register, and the value that feeds it; None: any.
        flag: register, and the bit that tells of a reset by it; a write to it clears the bit.
        seconds: its time, from its registers.
        is_kept: the flag outlives a reset by software.
    """

    start: tuple[int, int]
    feed: tuple[int, int | None]
    flag: tuple[int, int]
    seconds: Callable[[Read], float]
    is_kept: bool = True


def _stm32(base: int, flags: int, bit: int) -> WatchdogLayout:
    """On 32 kHz: 4 × 2^PR clocks a tick, RLR + 1 ticks."""
    return WatchdogLayout(
        (base, 0xCCCC),
        (base, 0xAAAA),
        (flags, 1 << bit),
        lambda read: (read(base + 8) + 1) * (4 << read(base + 4)) / 32_000,
    )


WATCHDOGS = {
    "stm32f1": _stm32(0x4000_3000, 0x4002_1024, 29),
    "stm32f4": _stm32(0x4000_3000, 0x4002_3874, 29),
    "stm32f7": _stm32(0x4000_3000, 0x4002_3874, 29),
    "stm32g4": _stm32(0x4000_3000, 0x4002_1094, 29),
    "stm32g0": _stm32(0x4000_3000, 0x4002_1060, 29),
    "stm32h5": _stm32(0x4000_3000, 0x4402_0CF4, 29),
    "stm32h7": _stm32(0x5800_4800, 0x5802_44D0, 26),
    "stm32l4": _stm32(0x4000_3000, 0x4002_1094, 29),
    "stm32u5": _stm32(0x4000_3000, 0x4602_0CF4, 29),
    "nrf52": WatchdogLayout(
        (0x4001_0000, 1),
        (0x4001_0600, 0x6E52_4635),
        (0x4000_0400, 1 << 1),
        lambda read: read(0x4001_0504) / 32_768,
    ),
    "rp2040": WatchdogLayout(
        (0x4005_8000, 1 << 30),
        (0x4005_8004, None),
        (0x4005_8008, 1 << 0),
        lambda read: read(0x4005_8004) / 2_000_000,
        is_kept=False,
    ),
}
"""By folder of firmware/ports."""


class Watchdog:
    """The watchdog of one machine.

    Args:
        family: a key of WATCHDOGS, or a family without one.
        read: a peripheral register's value.
    """

    def __init__(self, family: str, read: Read) -> None:
        self._layout = WATCHDOGS.get(family)
        self._read = read
        self._fed = 0.0
        self._seconds = 0.0
        self._barked = False
        self.running = False

    def write(self, address: int, value: int) -> None:
        """Take note of a write to a peripheral register, which has its value already."""
        layout = self._layout
        if layout is None:
            return
        if address == layout.start[0] and value & layout.start[1] == layout.start[1]:
            self.running = True
            self._feed()
        elif address == layout.feed[0] and layout.feed[1] in (None, value):
            self._feed()
        elif address == layout.flag[0]:
            self._barked = False

    def flags(self, address: int) -> int:
        """Bits that it sets in a register."""
        if self._barked and self._layout is not None and address == self._layout.flag[0]:
            return self._layout.flag[1]
        return 0

    def microseconds(self, *, is_counting: bool) -> int:
        """How long the machine may run before it is asked again; 0: as long as it likes.

        Where the machine is interrupted, a block of instructions may be counted twice: no run that
        ends in time is.
        """
        return max(1, round(1e6 * self._patience(is_counting))) if self.running else 0

    def barks(self, *, is_counting: bool) -> bool:
        """Whether it resets the machine now."""
        if not self.running:
            return False
        self._barked = time.process_time() - self._fed > self._patience(is_counting)
        return self._barked

    def _patience(self, is_counting: bool) -> float:
        slowness = PATIENCE.watchdog_counting if is_counting else PATIENCE.watchdog
        return self._seconds * slowness

    def reset(self, *, by_itself: bool) -> None:
        """A reset of the machine stops it."""
        self.running = False
        if not by_itself and self._layout is not None and not self._layout.is_kept:
            self._barked = False

    def _feed(self) -> None:
        if self._layout is not None:
            self._fed = time.process_time()
            self._seconds = self._layout.seconds(self._read)
