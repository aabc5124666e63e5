"""Which serial ports are plugged in, and which of them belongs to a board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serial.tools import list_ports

from mcuq_hil.boards import Board
from mcuq_hil.errors import PortError


@dataclass(frozen=True)
class FoundPort:
    """A serial port of this computer. `usb` is "vid:pid" in lower-case hex."""

    device: str
    usb: str
    serial_number: str
    description: str


def list_serial_ports() -> list[FoundPort]:
    """USB serial ports, by device name."""
    return [
        FoundPort(
            device=port.device,
            usb=f"{port.vid:04x}:{port.pid:04x}",
            serial_number=port.serial_number or "",
            description=port.description or "",
        )
        for port in sorted(list_ports.comports(), key=lambda port: str(port.device))
        if port.vid is not None
    ]


def ports_of(board: Board, ports: Sequence[FoundPort] | None = None) -> list[FoundPort]:
    """Ports whose USB ids are those of the board's probe."""
    candidates = list_serial_ports() if ports is None else ports
    return [port for port in candidates if port.usb in board.probe.usb]


def find_port(
    board: Board, serial_number: str | None = None, ports: Sequence[FoundPort] | None = None
) -> FoundPort:
    """The one port of a board.

    Args:
        serial_number: of the probe, where several boards of a kind are plugged in.

    Raises:
        PortError: none is there, or several are and the serial number does not tell which.
    """
    found = ports_of(board, ports)
    if serial_number is not None:
        found = [port for port in found if port.serial_number == serial_number]
    if not found:
        which = f" with serial number {serial_number}" if serial_number else ""
        raise PortError(
            f"no {board.title}{which} is plugged in",
            f"USB ids looked for: {', '.join(board.probe.usb) or 'none known'}; or name the port",
        )
    if len(found) > 1:
        listed = ", ".join(f"{port.device} ({port.serial_number})" for port in found)
        raise PortError(f"several boards could be meant: {listed}", "give the serial number")
    return found[0]
