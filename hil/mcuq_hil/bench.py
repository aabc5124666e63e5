"""Opening a session: on an emulator, or on a board behind a port."""

from __future__ import annotations

from pathlib import Path

from mcuq_hil.boards import Board
from mcuq_hil.emulator.port import UnicornPort
from mcuq_hil.emulator.qemu import QemuPort
from mcuq_hil.emulator.spec import MachineSpec
from mcuq_hil.errors import BoardError
from mcuq_hil.session import RUN_SECONDS, Session


def open_session(
    board: Board, elf: Path, port: str | None = None, *, run_seconds: float = RUN_SECONDS
) -> Session:
    """A session with `elf` running on `board`.

    Args:
        port: None boots the image in the board's emulator.
        run_seconds: how long one inference may take.

    Raises:
        BoardError: the board has no emulator and no port is given.
        HilError: see its subtypes; the port is closed again.
    """
    transport = boot_emulator(board, elf)
    session = Session(board, elf, transport, unit="instructions", run_seconds=run_seconds)
    try:
        session.open()
    except BaseException:
        session.close()
        raise
    return session


def boot_emulator(board: Board, elf: Path) -> UnicornPort | QemuPort:
    """The port of a fresh emulator of `board` that boots `elf`; raises BoardError."""
    if board.emulator is None:
        raise BoardError(f"{board.title} has no emulator", "pass the port it is plugged in")
    if board.emulator.machine is not None:
        return QemuPort(board.emulator.machine, elf)
    return UnicornPort(MachineSpec.of(board), elf)
