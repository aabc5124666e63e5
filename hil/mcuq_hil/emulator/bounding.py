"""A counter of what no input can exceed in the place of the one of instructions."""

from __future__ import annotations

from pathlib import Path

from unicorn import Uc

from mcuq_hil.emulator.counting import BlockVisits, place
from mcuq_hil.image import functions
from mcuq_hil.worst.bound import Bounds


class BoundCounter(BlockVisits):
    """Instructions that whatever ran cannot exceed. Reading it raises NoBoundError."""

    def __init__(self, uc: Uc, elf: Path) -> None:
        super().__init__(uc)
        self._bounds = Bounds(self.code, functions(elf))

    def total(self) -> int:
        """Since the start."""
        visits = {place(key): times for key, times in self.visits.items()}
        return self._bounds.most(visits, {place(key): self.length(key) for key in self.visits})
