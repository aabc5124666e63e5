"""A place: one board, real or emulated, and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcuq_hil.bench import open_session
from mcuq_hil.boards import load_board
from mcuq_hil.discovery import find_port
from mcuq_hil.hardware import Attachment, open_hardware
from mcuq_hil.session import Session, Unit


@dataclass(frozen=True)
class Place:
    """One line of a farm.

    Attributes:
        name: unique in its farm.
        board: as `--board` takes it.
        emulated: boots an emulator for every session; the rest does not matter then.
        port: device or URL; None finds it by the board's USB ids and `serial_number`.
        serial_number: of the probe.
        flasher: see `mcuq_hil.flashers`.
        flash: False where the image gets there by other means.
        unit: what its counter counts, where it is not emulated here.
    """

    name: str
    board: str
    emulated: bool = False
    port: str | None = None
    serial_number: str | None = None
    flasher: str | None = None
    flash: bool = True
    unit: Unit = "cycles"


def open_place(place: Place, elf: Path) -> Session:
    """A session with `elf` at a place; raises HilError's subtypes."""
    board = load_board(place.board)
    if place.emulated:
        return open_session(board, elf)
    port = place.port or find_port(board, place.serial_number).device
    attachment = Attachment(
        port,
        serial_number=place.serial_number,
        flasher=place.flasher,
        flash=place.flash and "://" not in port,
        unit=place.unit,
    )
    return open_hardware(board, elf, attachment)
