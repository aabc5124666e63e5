"""The command lines, from the programs' own manuals."""

from __future__ import annotations

from mcuq_hil.boards import Board
from mcuq_hil.flashers.base import BIN, ELF, Flasher


def _openocd(board: Board, serial_number: str | None) -> list[list[str]]:
    """OpenOCD User's Guide, sections 8 (adapter serial) and 12.4 (program)."""
    words = ["openocd"]
    for entry in board.probe.openocd:
        words += ["-f" if entry.endswith(".cfg") else "-c", entry]
    if serial_number:
        words += ["-c", f"adapter serial {serial_number}"]
    return [[*words, "-c", f"program {ELF} verify reset exit"]]


def _pyocd(board: Board, serial_number: str | None) -> list[list[str]]:
    """pyOCD's command reference: load does not verify, compare does."""
    connect = ["--target", str(board.probe.pyocd), "--no-wait"]
    if serial_number:
        connect += ["--uid", serial_number]
    compare = f"compare {board.flash.origin:#x} {BIN}"
    return [
        ["pyocd", "load", *connect, ELF],
        ["pyocd", "commander", *connect, "-c", compare, "-c", "reset"],
    ]


def _st_flash(board: Board, serial_number: str | None) -> list[list[str]]:
    """st-flash(1): write verifies by itself."""
    chosen = ["--serial", serial_number] if serial_number else []
    origin = f"{board.flash.origin:#010x}"
    return [["st-flash", *chosen, "--reset", "write", BIN, origin]]


OPENOCD = Flasher(
    name="openocd",
    program="openocd",
    install="apt-get install openocd",
    supports=lambda board: bool(board.probe.openocd),
    commands=_openocd,
)
PYOCD = Flasher(
    name="pyocd",
    program="pyocd",
    install="pip install pyocd",
    supports=lambda board: board.probe.pyocd is not None,
    commands=_pyocd,
    refused="mismatch",
)
ST_FLASH = Flasher(
    name="st-flash",
    program="st-flash",
    install="apt-get install stlink-tools",
    supports=lambda board: board.probe.stlink,
    commands=_st_flash,
)
