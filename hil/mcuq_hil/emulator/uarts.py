"""UART models: what the port's driver touches, nothing more. Sending is always possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mcuq_hil.emulator.line import Line


@dataclass(frozen=True)
class UartLayout:
    """Registers by offset.

    Attributes:
        status: its value while nothing has arrived is `empty`, while a byte waits `waiting`.
        receive, transmit: the data registers.
        constants: other registers that the driver polls.
    """

    status: int
    empty: int
    waiting: int
    receive: int
    transmit: int
    constants: Mapping[int, int] = field(default_factory=dict)


_TXE_TC = 1 << 7 | 1 << 6
_RXNE = 1 << 5
_PL011_RXFE = 1 << 4

UARTS = {
    "stm32_v1": UartLayout(0x00, _TXE_TC, _TXE_TC | _RXNE, 0x04, 0x04),
    "stm32_v2": UartLayout(0x1C, _TXE_TC, _TXE_TC | _RXNE, 0x24, 0x28),
    "nrf_uart": UartLayout(0x108, 0, 1, 0x518, 0x51C, {0x11C: 1}),
    "pl011": UartLayout(0x18, _PL011_RXFE, 0, 0x00, 0x00),
}
"""By driver of firmware/ports/uart."""


class EmulatedUart:
    """Reads and writes of one UART, by offset from its base."""

    def __init__(self, layout: UartLayout, line: Line) -> None:
        self._layout = layout
        self._line = line

    def read(self, offset: int) -> int:
        layout = self._layout
        if offset == layout.status:
            return layout.waiting if self._line.poll() else layout.empty
        if offset == layout.receive:
            return self._line.take()
        return layout.constants.get(offset, 0)

    def write(self, offset: int, value: int) -> None:
        if offset == self._layout.transmit:
            self._line.put(value)
