"""A counter of estimated cycles in the place of the one of instructions."""

from __future__ import annotations

from collections import defaultdict

from unicorn import Uc

from mcuq_hil.cycles.cores import CORES
from mcuq_hil.cycles.costs import BlockCosts, flash_cycles, pipeline_cycles
from mcuq_hil.cycles.flash import FlashReads, FlashTiming
from mcuq_hil.emulator.hooks import Hook, on_block, on_read

_Block = tuple[int, int]
_NOWHERE = (0, 0)


class CycleCounter:
    """Counts while started, as `InstructionCounter` does.

    Args:
        core: the compiler's name.
        flash: origin and bytes.
        timing: of that flash.
    """

    def __init__(self, uc: Uc, core: str, flash: tuple[int, int], timing: FlashTiming) -> None:
        self._uc = uc
        self._model = CORES[core]
        self._flash = flash
        self._timing = timing
        self._costs = BlockCosts(self._model, lambda at, size: bytes(uc.mem_read(at, size)))
        self._visits: defaultdict[_Block, int] = defaultdict(int)
        self._taken: defaultdict[_Block, int] = defaultdict(int)
        self._last = _NOWHERE
        self._reads = FlashReads(timing)
        self._hooks: tuple[Hook, ...] = ()

    @property
    def running(self) -> bool:
        return bool(self._hooks)

    def start(self) -> None:
        """Count from zero."""
        self._visits.clear()
        self._taken.clear()
        self._reads.clear()
        self.resume()

    def resume(self) -> None:
        """Count on from where it was stopped."""
        self._last = _NOWHERE
        if not self._hooks:
            self._hooks = (
                on_block(self._uc, self._visit),
                on_read(self._uc, *self._flash, self._reads.read),
            )

    def stop(self) -> None:
        """Run without hooks again."""
        for hook in self._hooks:
            hook.remove()
        self._hooks = ()

    def total(self) -> int:
        """Cycles since the start, to the end of the block that is running."""
        cycles = pipeline_cycles(self._costs, self._visits, self._taken)
        cycles += flash_cycles(self._model, self._timing, self._reads)
        return round(cycles)

    def _visit(self, _uc: int, address: int, size: int) -> None:
        address_before, size_before = self._last
        if address_before + size_before != address:
            self._taken[self._last] += 1
        self._last = (address, size)
        self._visits[self._last] += 1
