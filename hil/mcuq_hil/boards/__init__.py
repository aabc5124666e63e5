"""The registry of boards: one TOML file each, checked before it is believed."""

from mcuq_hil.boards.registry import board_names, list_boards, load_board
from mcuq_hil.boards.schema import Board, Counter, Emulator, Memory, Pin, Probe, Register, Uart

__all__ = [
    "Board",
    "Counter",
    "Emulator",
    "Memory",
    "Pin",
    "Probe",
    "Register",
    "Uart",
    "board_names",
    "list_boards",
    "load_board",
]
