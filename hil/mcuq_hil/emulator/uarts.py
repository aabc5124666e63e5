"""UART models: what the port's driver touches, nothing more."""

from __future__ import annotations

from collections.abc import Callable

from mcuq_hil.emulator.line import Line

Read = Callable[[int], int]
Write = Callable[[int, int], None]


class StatusData:
    """A UART with a status register and data registers, seen by offset.

    Args:
        status: offset of the status register; `ready` are its bits while sending is possible
            (always, here), `received` those of a waiting byte.
        receive, transmit: offsets of the data registers.
    """

    def __init__(
        self, line: Line, *, status: int, ready: int, received: int, receive: int, transmit: int
    ) -> None:
        self._line = line
        self._status = status
        self._ready = ready
        self._received = ready | received
        self._receive = receive
        self._transmit = transmit

    def read(self, offset: int) -> int:
        if offset == self._status:
            return self._received if self._line.poll() else self._ready
        return self._line.take() if offset == self._receive else 0

    def write(self, offset: int, value: int) -> None:
        if offset == self._transmit:
            self._line.put(value)


def make_uart(driver: str, line: Line) -> StatusData:
    """The model that answers a driver of firmware/ports/uart."""
    status, ready, received, receive, transmit = UARTS[driver]
    return StatusData(
        line, status=status, ready=ready, received=received, receive=receive, transmit=transmit
    )


UARTS = {
    # driver: status offset, ready bits, received bit, receive and transmit offsets
    "stm32_v2": (0x1C, 1 << 7 | 1 << 6, 1 << 5, 0x24, 0x28),
    "stm32_v1": (0x00, 1 << 7 | 1 << 6, 1 << 5, 0x04, 0x04),
}
"""By driver of firmware/ports/uart."""
