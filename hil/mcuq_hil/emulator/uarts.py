"""UART models: what the port's driver touches, nothing more. Sending is always possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

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


@dataclass(frozen=True)
class TransferLayout:
    """Registers by offset of a UART that moves bytes from and to RAM by itself.

    Attributes:
        received, sent: events: one once a transfer has ended; zero, written, clears it.
        send: one, written, starts a transfer.
        receive_at, send_at: where in RAM.
        send_bytes: how many.
    """

    received: int
    sent: int
    send: int
    receive_at: int
    send_at: int
    send_bytes: int


_TXE_TC = 1 << 7 | 1 << 6
_RXNE = 1 << 5
_PL011_RXFE = 1 << 4

_DRE_TXC = 1 << 0 | 1 << 1
_RXC = 1 << 2
_TDRE_TC = 1 << 23 | 1 << 22
_RDRF = 1 << 21

UARTS: dict[str, UartLayout | TransferLayout] = {
    "stm32_v1": UartLayout(0x00, _TXE_TC, _TXE_TC | _RXNE, 0x04, 0x04),
    "stm32_v2": UartLayout(0x1C, _TXE_TC, _TXE_TC | _RXNE, 0x24, 0x28),
    "nrf_uart": UartLayout(0x108, 0, 1, 0x518, 0x51C, {0x11C: 1}),
    "pl011": UartLayout(0x18, _PL011_RXFE, 0, 0x00, 0x00),
    "sercom": UartLayout(0x18, _DRE_TXC, _DRE_TXC | _RXC, 0x28, 0x28),
    "lpuart": UartLayout(0x14, _TDRE_TC, _TDRE_TC | _RDRF, 0x1C, 0x1C),
    "nrf_uarte": TransferLayout(0x110, 0x120, 0x008, 0x534, 0x544, 0x548),
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


class BusMemory(Protocol):
    """The machine's."""

    def mem_read(self, address: int, size: int) -> bytes | bytearray: ...

    def mem_write(self, address: int, data: bytes) -> None: ...


class TransferringUart:
    """Reads and writes of one UART that transfers single bytes, by offset from its base."""

    def __init__(self, layout: TransferLayout, line: Line, memory: BusMemory) -> None:
        self._layout = layout
        self._line = line
        self._memory = memory
        self._values: dict[int, int] = {}

    def read(self, offset: int) -> int:
        layout = self._layout
        if offset == layout.received and not self._values.get(offset) and self._line.poll():
            at = self._values.get(layout.receive_at, 0)
            self._memory.mem_write(at, bytes([self._line.take()]))
            self._values[offset] = 1
        return self._values.get(offset, 0)

    def write(self, offset: int, value: int) -> None:
        layout = self._layout
        self._values[offset] = value
        if offset == layout.send:
            at, count = (self._values.get(each, 0) for each in (layout.send_at, layout.send_bytes))
            for byte in self._memory.mem_read(at, count):
                self._line.put(byte)
            self._values[layout.sent] = 1


def emulated_uart(driver: str, line: Line, memory: BusMemory) -> EmulatedUart | TransferringUart:
    """The model of a driver of firmware/ports/uart."""
    layout = UARTS[driver]
    if isinstance(layout, TransferLayout):
        return TransferringUart(layout, line, memory)
    return EmulatedUart(layout, line)
