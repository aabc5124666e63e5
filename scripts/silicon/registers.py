"""Peripherals of a firmware that we did not write: storage that never keeps a poll waiting."""

from __future__ import annotations

from collections.abc import Callable

from mcuq_hil.emulator.families import FAMILIES
from mcuq_hil.emulator.registers import RegisterFile
from silicon.chips import Chip

_CR1, _ISR, _RDR, _TDR = 0x00, 0x1C, 0x24, 0x28
_RXNEIE, _TCIE, _TXEIE = 1 << 5, 1 << 6, 1 << 7
_ALWAYS = 1 << 22 | 1 << 21 | 1 << 7 | 1 << 6  # REACK, TEACK, TXE, TC
_RXNE = 1 << 5
_UART_SPAN = 0x400
_PATIENCE = 24
"""Equal reads of a register in a row, after which it answers with all ones, then with zero."""
_TIMERS = frozenset(
    [0x4000_0000 + 0x400 * at + 0x24 for at in range(6)]
    + [base + 0x24 for base in (0x4001_0000, 0x4001_2C00, 0x4001_4000, 0x4001_4400, 0x4001_4800)]
)
_TIMER_STEP = 50


class Peripherals:
    """Reads and writes of 0x40000000 and up.

    Args:
        chip: whose.
        sent: called with every byte that goes out.
    """

    def __init__(self, chip: Chip, sent: Callable[[int], None]) -> None:
        self._chip = chip
        self._sent = sent
        self._storage = RegisterFile((*FAMILIES[chip.family], *chip.rules))
        self._last = (-1, 0)
        self._times = 0
        self._ticks = 0
        self.waiting = bytearray()
        """Bytes for the firmware."""

    def read(self, address: int, size: int) -> int:
        if (uart := self._uart(address)) is not None:
            return self._read_uart(uart, address - uart, size)
        if address in _TIMERS:
            self._ticks += _TIMER_STEP
            return self._ticks & 0xFFFF_FFFF
        value = self._storage.read(address, size)
        self._times = self._times + 1 if self._last == (address, value) else 0
        self._last = (address, value)
        phase = self._times // _PATIENCE % 3
        return value if phase == 0 else ((1 << 8 * size) - 1 if phase == 1 else 0)

    def write(self, address: int, size: int, value: int) -> None:
        self._times = 0
        uart = self._uart(address)
        if uart is not None and address - uart == _TDR:
            self._sent(value & 0xFF)
            return
        self._storage.write(address, size, value)

    def interrupts(self) -> list[int]:
        """Numbers of the serial ports' interrupts that are asked for."""
        asked = []
        for base, number in self._chip.uarts.items():
            control = self._storage.read(base + _CR1, 4)
            if control & (_TXEIE | _TCIE) or (control & _RXNEIE and self.waiting):
                asked.append(number)
        return asked

    def _uart(self, address: int) -> int | None:
        base = address & ~(_UART_SPAN - 1)
        return base if base in self._chip.uarts else None

    def _read_uart(self, base: int, offset: int, size: int) -> int:
        if offset == _ISR:
            return (_ALWAYS | (_RXNE if self.waiting else 0)) & ((1 << 8 * size) - 1)
        if offset == _RDR:
            return self.waiting.pop(0) if self.waiting else 0
        return self._storage.read(base + offset, size)
