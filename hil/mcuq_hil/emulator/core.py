"""The private peripherals of a Cortex-M: SCB, DWT and SysTick, as far as the firmware uses them."""

from __future__ import annotations

from collections.abc import Callable

from mcuq_hil.emulator.counting import RunCounter
from mcuq_hil.emulator.protection import MPU_CTRL, MPU_TYPE, REGIONS
from mcuq_hil.emulator.registers import RegisterFile

SYST_CSR = 0xE000_E010
SYST_CVR = 0xE000_E018
VTOR = 0xE000_ED08
AIRCR = 0xE000_ED0C
CFSR = 0xE000_ED28
HFSR = 0xE000_ED2C
MMFAR = 0xE000_ED34
BFAR = 0xE000_ED38
DWT_CTRL = 0xE000_1000
DWT_CYCCNT = 0xE000_1004

_AIRCR_KEY = 0x05FA_0000
_SYSRESETREQ = 1 << 2
_WRITE_ONE_CLEARS = (CFSR, HFSR)
_SYSTICK_SPAN = 1 << 24

Ask = Callable[[str], None]


class CorePeripherals:
    """Reads and writes of 0xE0000000 and up.

    Counting starts and stops with the counter's enable bit, and the machine has to stand still
    for that: the register asks for it, the instruction runs again, and then finds it done.

    Args:
        ask: stops the machine and has it do "reset", "count", "uncount", "guard" or "systick".
    """

    def __init__(self, counter: RunCounter, ask: Ask) -> None:
        self._storage = RegisterFile(())
        self._counter = counter
        self._ask = ask
        self._ticks_delivered = 0

    def clear(self) -> None:
        """As after a reset."""
        self._storage.clear()

    def peek(self, address: int) -> int:
        """A register's value, without side effects."""
        return self._storage.read(address, 4)

    def set_bits(self, address: int, bits: int) -> None:
        """What the core itself notes, in CFSR and its neighbours."""
        self._storage.write(address, 4, self.peek(address) | bits)

    def put(self, address: int, value: int) -> None:
        """Store a value as the core does."""
        self._storage.write(address, 4, value)

    def read(self, address: int, size: int) -> int:
        if address == DWT_CYCCNT:
            return self._counter.total() & 0xFFFF_FFFF if self._counter.running else 0
        if address == MPU_TYPE:
            return REGIONS
        if address == SYST_CVR:
            return self._systick_value()
        return self._storage.read(address, size)

    def write(self, address: int, size: int, value: int) -> None:
        if address in _WRITE_ONE_CLEARS:
            value = self.peek(address) & ~value
        if address == AIRCR and value & 0xFFFF_0000 == _AIRCR_KEY and value & _SYSRESETREQ:
            self._ask("reset")
            return
        if address == MPU_CTRL and value & 1 and not self.peek(MPU_CTRL) & 1:
            self._ask("guard")
        if address in (DWT_CTRL, SYST_CSR):
            self._switch(bool(value & 1))
        self._storage.write(address, size, value)

    def _switch(self, enabled: bool) -> None:
        if enabled != self._counter.running:
            self._ticks_delivered = 0
            self._ask("count" if enabled else "uncount")

    def _systick_value(self) -> int:
        """Counts down. A wrap's interrupt comes when the firmware next looks, which is the only
        time it matters."""
        if not self._counter.running:
            return 0
        total = self._counter.total()
        if total // _SYSTICK_SPAN > self._ticks_delivered:
            self._ticks_delivered += 1
            self._ask("systick")
        return _SYSTICK_SPAN - 1 - total % _SYSTICK_SPAN
