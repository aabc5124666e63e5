"""Any board, real or emulated, as a dependable function: bytes in, bytes and counts out.

Names load when they are first used: the emulator's own process needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcuq_hil.bench import open_session
    from mcuq_hil.boards import Board, board_names, list_boards, load_board
    from mcuq_hil.device_info import DeviceInfo, IoInfo
    from mcuq_hil.estimate import Estimate, estimate_band, estimate_cycles
    from mcuq_hil.session import Counts, Session

_HOMES = {
    "Board": "boards",
    "Counts": "session",
    "DeviceInfo": "device_info",
    "Estimate": "estimate",
    "IoInfo": "device_info",
    "Session": "session",
    "board_names": "boards",
    "estimate_band": "estimate",
    "estimate_cycles": "estimate",
    "list_boards": "boards",
    "load_board": "boards",
    "open_session": "bench",
}

__all__ = [
    "Board",
    "Counts",
    "DeviceInfo",
    "Estimate",
    "IoInfo",
    "Session",
    "board_names",
    "estimate_band",
    "estimate_cycles",
    "list_boards",
    "load_board",
    "open_session",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
