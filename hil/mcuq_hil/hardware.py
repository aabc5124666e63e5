"""A board behind a serial port: lock, open, flash, hello, work, release."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import serial

from mcuq_hil.boards import Board
from mcuq_hil.errors import HilError, PortError
from mcuq_hil.flashers import flash_board
from mcuq_hil.identity import read_build_id
from mcuq_hil.link import Link
from mcuq_hil.locks import device_of, locked
from mcuq_hil.serial_number import check_serial_number
from mcuq_hil.session import Session, Unit
from mcuq_hil.settings import LINK, PATIENCE


@dataclass(frozen=True)
class Attachment:
    """How a board is reached; raises PortError where the serial number is none.

    Attributes:
        port: a device, or a URL of pyserial's: rfc2217://host:port, socket://host:port.
        serial_number: of its probe.
        flasher: name of the program that flashes it; None takes the first that fits.
        flash: False where the image gets there by other means (a board in another room).
        unit: "instructions" where what is behind the port is an emulator.
    """

    port: str
    serial_number: str | None = None
    flasher: str | None = None
    flash: bool = True
    unit: Unit = "cycles"

    def __post_init__(self) -> None:
        if self.serial_number is not None:
            check_serial_number(self.serial_number)


class LockedPort:
    """A pyserial port that holds its lock until it is closed."""

    def __init__(self, port: serial.SerialBase, lock: contextlib.ExitStack) -> None:
        self._port = port
        self._lock = lock

    @property
    def timeout(self) -> float | None:
        seconds: float | None = self._port.timeout
        return seconds

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._port.timeout = seconds

    @property
    def in_waiting(self) -> int:
        return int(self._port.in_waiting)

    def read(self, size: int = 1) -> bytes:
        return bytes(self._port.read(size))

    def write(self, data: bytes) -> int:
        return int(self._port.write(data) or 0)

    def reset_input_buffer(self) -> None:
        self._port.reset_input_buffer()

    def close(self) -> None:
        self._port.close()
        self._lock.close()


def open_port(board: Board, attachment: Attachment) -> LockedPort:
    """Lock and open the port; raises PortError."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(locked(device_of(attachment.port), attachment.port))
        if attachment.serial_number:
            # Flashing goes by the probe, whatever port is beside it.
            probe = f"probe {attachment.serial_number}"
            stack.enter_context(locked(probe, f"the {probe}"))
        try:
            port = serial.serial_for_url(
                attachment.port, baudrate=board.uart.baud, timeout=LINK.poll
            )
        except (serial.SerialException, OSError, ValueError) as error:
            raise PortError(
                f"cannot open {attachment.port}: {error}",
                "check the name, and that you may read and write it (group dialout)",
            ) from error
        return LockedPort(port, stack.pop_all())


def open_hardware(
    board: Board, elf: Path, attachment: Attachment, *, run_seconds: float = PATIENCE.run
) -> Session:
    """Flash `elf` unless it runs already, and open a session with it.

    Raises:
        PortError, FlashError, ToolMissingError, NoHelloError, WrongImageError, LinkLostError.
    """
    transport = open_port(board, attachment)
    session = Session(board, elf, transport, unit=attachment.unit, run_seconds=run_seconds)
    try:
        read_build_id(elf)  # a damaged image is not flashed
        if attachment.flash and not _runs_already(board, elf, transport):
            flash_board(
                board,
                elf,
                serial_number=attachment.serial_number,
                flasher=attachment.flasher,
            )
            transport.reset_input_buffer()
        session.open(PATIENCE.hello)
    except BaseException:
        session.close()
        raise
    return session


def _runs_already(board: Board, elf: Path, transport: LockedPort) -> bool:
    """Whether the very image answers: flashing wears the flash, and takes seconds."""
    try:
        ready = Link(transport, baud=board.uart.baud).hello(PATIENCE.present)
    except HilError:
        return False
    return ready.build_id == read_build_id(elf)
