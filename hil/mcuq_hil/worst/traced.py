"""Bounds from what QEMU executes, where no hook counts inside of the emulator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from mcuq_hil.boards import Board
from mcuq_hil.emulator.qemu import QemuPort
from mcuq_hil.emulator.qemu_trace import executed, traced
from mcuq_hil.image import functions, loaded
from mcuq_hil.session import Counts, Session
from mcuq_hil.thumb import thumb_size
from mcuq_hil.worst.bound import Bounds

_BEGIN, _END = "mcuq_counter_start", "mcuq_counter_stop"
"""Around what a counted run counts, in firmware/runtime/mcuq_measure.c."""


class TracedSession(Session):
    """A session whose counts are bounds; the few instructions that read the counter are in them."""

    def __init__(self, board: Board, elf: Path, port: QemuPort) -> None:
        super().__init__(board, elf, port, unit="instructions", clock=port.effort)
        self._port = port
        named = functions(elf)
        self._read = loaded(elf)
        self._bounds = Bounds(self._read, named)
        starts = {one.name: one.start for one in named}
        self._begin, self._end = starts[_BEGIN], starts[_END]

    def count(self, inputs: Sequence[bytes]) -> Counts:
        """What no input exceeds that turns the loops as this one; raises NoBoundError too."""
        with traced(self._port) as log:
            counted = super().count(inputs)
            visits = Counter(self._counted(log))
        sized = {(at, thumb_size(self._read(at, 2))): times for at, times in visits.items()}
        return Counts(counted.unit, self._bounds.most(sized, dict.fromkeys(sized, 1)))

    def _counted(self, log: Path) -> Iterator[int]:
        """Addresses of the instructions between the counter's start and its stop."""
        is_counted = False
        for address in executed(log, self._end):
            is_counted = (is_counted or address == self._begin) and address != self._end
            if is_counted:
                yield address
