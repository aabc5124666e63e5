"""Which flasher to use for a board, and doing it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from mcuq_hil.boards import Board
from mcuq_hil.errors import FlashError, ToolMissingError
from mcuq_hil.flashers.base import BIN, ELF, Flasher
from mcuq_hil.flashers.programs import OPENOCD, PYOCD, ST_FLASH
from mcuq_hil.flashers.uf2 import flash_uf2
from mcuq_hil.image import flash_content
from mcuq_hil.leftovers import scratch_folder
from mcuq_hil.serial_number import check_serial_number
from mcuq_hil.settings import PATIENCE

FLASHERS = {flasher.name: flasher for flasher in (OPENOCD, PYOCD, ST_FLASH)}
UF2 = "uf2"


def log_path(board: Board, serial_number: str | None) -> Path:
    """Where the last flashing of this board is logged: $XDG_STATE_HOME/mcuq/flash/…"""
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "mcuq" / "flash" / f"{board.name}-{serial_number or 'any'}.log"


def choose_flasher(board: Board, wanted: str | None = None) -> Flasher:
    """The flasher called `wanted`, or the first that knows the board and is installed.

    Raises:
        FlashError: no such flasher, or none knows the board.
        ToolMissingError: those that know the board are not installed.
    """
    if wanted is not None and wanted not in FLASHERS:
        raise FlashError(
            f"no flasher called {wanted!r}", f"there are {', '.join(FLASHERS)} and {UF2}"
        )
    able = [flasher for flasher in FLASHERS.values() if flasher.supports(board)]
    if wanted is not None:
        able = [flasher for flasher in able if flasher.name == wanted]
    if not able:
        who = f"{wanted} cannot" if wanted else "no flasher can"
        raise FlashError(
            f"{who} write {board.title}",
            "flash it by other means, and write flash = false into the farm",
        )
    installed = next((flasher for flasher in able if flasher.is_installed), None)
    if installed is None:
        names = " or ".join(flasher.program for flasher in able)
        raise ToolMissingError(f"{board.title} needs {names}", able[0].install)
    return installed


def flash_board(
    board: Board,
    elf: Path,
    *,
    serial_number: str | None = None,
    flasher: str | None = None,
    seconds: float = PATIENCE.flash,
) -> None:
    """Write and verify `elf`, and start it.

    Args:
        serial_number: of the probe; needed where several are plugged in.
        flasher: its name; by default the first that fits.

    Raises:
        FlashError: it failed; names the log.
        PortError: the serial number is none.
        ToolMissingError: no program for it is installed.
    """
    if serial_number is not None:
        check_serial_number(serial_number)
    content = flash_content(elf, board.flash.origin)
    only_uf2 = board.probe.uf2_volume is not None and flasher is None
    if flasher == UF2 or (only_uf2 and not any(f.is_installed for f in FLASHERS.values())):
        flash_uf2(board, content, seconds)
        return
    chosen = choose_flasher(board, flasher)
    with scratch_folder() as folder:
        shutil.copyfile(elf, folder / ELF)
        (folder / BIN).write_bytes(content)
        chosen.flash(board, folder, serial_number, seconds, log_path(board, serial_number))
