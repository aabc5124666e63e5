"""A counter of what no input can exceed in the place of the one of instructions."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from unicorn import Uc

from mcuq_hil.emulator.counting import thumb_instructions
from mcuq_hil.emulator.hooks import Hook, on_block
from mcuq_hil.image import functions
from mcuq_hil.worst.bound import Block, Bounds


class BoundCounter:
    """Counts while started, as `InstructionCounter` does. Reading it raises NoBoundError."""

    def __init__(self, uc: Uc, elf: Path) -> None:
        self._uc = uc
        self._bounds = Bounds(self._code, functions(elf))
        self._visits: defaultdict[Block, int] = defaultdict(int)
        self._lengths: dict[Block, int] = {}
        self._hook: Hook | None = None

    @property
    def running(self) -> bool:
        return self._hook is not None

    def start(self) -> None:
        """Count from zero."""
        self._visits.clear()
        self.resume()

    def resume(self) -> None:
        """Count on from where it was stopped."""
        if self._hook is None:
            self._hook = on_block(self._uc, self._visit)

    def stop(self) -> None:
        """Run without hooks again."""
        if self._hook is not None:
            self._hook.remove()
            self._hook = None

    def total(self) -> int:
        """Instructions that whatever ran since the start cannot exceed."""
        for block in self._visits.keys() - self._lengths.keys():
            self._lengths[block] = thumb_instructions(self._code(*block))
        return self._bounds.most(self._visits, self._lengths)

    def _code(self, address: int, size: int) -> bytes:
        return bytes(self._uc.mem_read(address, size))

    def _visit(self, _uc: int, address: int, size: int) -> None:
        self._visits[address, size] += 1
