"""What an image watches of itself on request: a watchdog, canaries, a checksum, a stack guard."""

from __future__ import annotations

from pathlib import Path

from mcuq.errors import UsageError
from mcuq.resources import firmware_dir
from mcuq.safety import Safety
from mcuq_hil.boards import Board

CANARY_WORDS = 4
"""On each side of an arena: it keeps the 16 bytes that arenas are aligned to."""

FLASH_RANGES = 3
"""Of the checksum: code, constants, start-up values."""

_SMALLEST_REGION = {"cortex-m0plus": 256}
_OTHER_REGION = 32
"""Bytes of a memory protection unit's smallest region (ARMv6-M ARM, B3.5; v7-M, B3.5)."""


def guard_bytes(board: Board) -> int:
    """Size of a guard under the stack, and what it has to be aligned to."""
    return _SMALLEST_REGION.get(board.core, _OTHER_REGION)


def watchdog_source(board: Board) -> Path | None:
    """The driver of a board's watchdog; None where there is none for its family."""
    drivers = sorted((firmware_dir() / "ports" / "watchdog").glob("*.c"))
    return next((path for path in drivers if board.port.startswith(path.stem)), None)


def check_safety(board: Board, safety: Safety) -> None:
    """Refuse what a board cannot have.

    Raises:
        UsageError: there is no watchdog driver for its family.
    """
    if safety.watchdog is not None and watchdog_source(board) is None:
        raise UsageError(
            f"--watchdog: mcuq has no driver for the watchdog of {board.port} ({board.name})",
            "build without it, or add firmware/ports/watchdog/"
            f"{board.port}.c and please send it to us",
        )


def safety_defines(board: Board, safety: Safety) -> dict[str, int]:
    """Macros of mcuq_board.h."""
    defines: dict[str, int] = {}
    if safety.watchdog is not None:
        defines["MCUQ_WATCHDOG_MS"] = safety.watchdog
    if safety.canaries:
        defines["MCUQ_CANARIES"] = 1
        defines["MCUQ_CANARY_WORDS"] = CANARY_WORDS
    if safety.check_constants:
        defines["MCUQ_CHECK_CONSTANTS"] = FLASH_RANGES
    if safety.stack_guard:
        defines["MCUQ_STACK_GUARD"] = guard_bytes(board)
    return defines
