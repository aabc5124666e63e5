"""Opening a session: on an emulator, or on a board behind a port."""

from __future__ import annotations

from pathlib import Path

from mcuq_hil.boards import Board
from mcuq_hil.discovery import ports_of
from mcuq_hil.emulator.families import FAMILIES
from mcuq_hil.emulator.port import UnicornPort
from mcuq_hil.emulator.qemu import QemuPort, find_program
from mcuq_hil.emulator.spec import MachineSpec
from mcuq_hil.emulator.uarts import UARTS
from mcuq_hil.errors import BoardError
from mcuq_hil.hardware import Attachment, open_hardware
from mcuq_hil.identity import read_build_id
from mcuq_hil.session import Session
from mcuq_hil.settings import PATIENCE


def open_session(
    board: Board,
    elf: Path,
    port: str | None = None,
    *,
    run_seconds: float = PATIENCE.run,
    estimating: bool = False,
    bounding: bool = False,
) -> Session:
    """A session with `elf` running on `board`.

    Args:
        port: None boots the image in the board's emulator; else a device or URL of pyserial's,
            and the image is flashed first where another one runs.
        run_seconds: how long one inference may take, of which little is known (see
            `Session.expect`): of the wall's seconds on a board, of work in an emulator.
        estimating: the emulated counter tells estimated cycles in the place of instructions, for
            `mcuq_hil.estimate`; there is no port.
        bounding: it tells the instructions that no input exceeds, for `mcuq_hil.worst`; likewise.

    Raises:
        BoardError: the board has no emulator and no port is given.
        HilError: see its subtypes; the port is closed again.
    """
    if port is not None:
        return open_hardware(board, elf, attachment_at(board, port), run_seconds=run_seconds)
    check_emulated(board)
    read_build_id(elf)  # a damaged image is not run
    transport = boot_emulator(board, elf, estimating=estimating, bounding=bounding)
    session = Session(
        board,
        elf,
        transport,
        unit="instructions",
        run_seconds=run_seconds,
        clock=transport.effort,
    )
    return opened(session)


def opened(session: Session) -> Session:
    """The session, open; else closed, and raises what `Session.open` raises."""
    try:
        session.open()
    except BaseException:
        session.close()
        raise
    return session


def attachment_at(board: Board, port: str) -> Attachment:
    """How to reach a board at `port`: the probe beside the port is known by its USB ids. What is
    behind a URL is not ours to flash."""
    if "://" in port:
        return Attachment(port, flash=False)
    beside = next((found for found in ports_of(board) if found.device == port), None)
    return Attachment(port, serial_number=(beside.serial_number or None) if beside else None)


def check_emulated(board: Board) -> None:
    """Refuse a board that nothing here can emulate.

    Raises:
        BoardError: it has no emulator, or that knows not all of it. ToolMissingError: QEMU.
    """
    if board.emulator is None:
        raise BoardError(f"{board.title} has no emulator", "pass the port it is plugged in")
    if board.emulator.engine == "qemu":
        find_program()
    else:
        for what, name, known in (
            ("UART driver", board.uart.driver, UARTS),
            ("family", board.port, FAMILIES),
        ):
            if name not in known:
                raise BoardError(
                    f"{board.title}: the emulator knows no {what} {name}",
                    f"choose one of {', '.join(sorted(known))}, or leave 'emulator' out",
                )


def boot_emulator(
    board: Board,
    elf: Path,
    *,
    estimating: bool = False,
    steady: bool = False,
    bounding: bool = False,
) -> UnicornPort | QemuPort:
    """The port of a fresh emulator of `board` that boots `elf`; raises BoardError.

    Args:
        estimating: the counter tells estimated cycles in the place of instructions.
        steady: every inference counts as the first one does, which is much faster.
        bounding: the counter tells the instructions that no input exceeds.
            Where QEMU is the emulator, `mcuq_hil.worst.traced` has them.
    """
    check_emulated(board)
    assert board.emulator is not None
    if board.emulator.machine is not None:
        return QemuPort(board.emulator.machine, elf)
    spec = MachineSpec.of(board, estimating=estimating, steady=steady, bounding=bounding)
    return UnicornPort(spec, elf)
