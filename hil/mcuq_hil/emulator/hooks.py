"""Hooks registered with Unicorn's library itself: its Python layer costs three times as much."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from unicorn import UC_HOOK_BLOCK, UC_HOOK_CODE, UC_HOOK_MEM_READ, Uc
from unicorn import arm_const as arm
from unicorn.unicorn_py3.unicorn import uclib

_BLOCK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32)
_READ = ctypes.CFUNCTYPE(
    None,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_uint64,
    ctypes.c_int,
    ctypes.c_int64,
    ctypes.c_void_p,
)
_IT_STATE = 0x0600_FC00


class Hook:
    """One hook in place. A hook reaches only what is translated after it was added, so the
    translations are dropped, and for that the emulator has to stand still."""

    def __init__(self, uc: Uc, kind: int, callback: ctypes._FuncPointer, first: int, last: int):
        self._uc = uc
        self._callback = callback
        self._handle = ctypes.c_size_t()
        status = uclib.uc_hook_add(
            uc._uch,
            ctypes.byref(self._handle),
            kind,
            ctypes.cast(callback, ctypes.c_void_p),
            None,
            ctypes.c_uint64(first),
            ctypes.c_uint64(last),
        )
        if status != 0:
            raise RuntimeError(f"Unicorn refused a hook: error {status}")
        uc.ctl_flush_tb()

    def remove(self) -> None:
        """Run without it again."""
        uclib.uc_hook_del(self._uc._uch, self._handle)
        self._uc.ctl_flush_tb()


def on_block(uc: Uc, visit: Callable[[int, int, int], None]) -> Hook:
    """Call `visit(_, address, bytes)` whenever a translated block begins."""
    return Hook(uc, UC_HOOK_BLOCK, _BLOCK(visit), 1, 0)


def on_instruction(uc: Uc, address: int, visit: Callable[[int, int, int], None]) -> Hook:
    """Call `visit(_, address, bytes)` before the instruction at `address`."""
    return Hook(uc, UC_HOOK_CODE, _BLOCK(visit), address, address)


def on_read(uc: Uc, origin: int, size: int, read: Callable[[int], None]) -> Hook:
    """Call `read(address)` for each data read from a range of memory.

    In front of a hook Unicorn notes where in an IT block it is, and forgets to take that back: the
    next block would be translated as the rest of it. So we do.
    """

    def called(_uc: int, _kind: int, address: int, _size: int, _value: int, _data: int) -> None:
        read(address)
        state = uc.reg_read(arm.UC_ARM_REG_XPSR)
        if state & _IT_STATE:
            uc.reg_write(arm.UC_ARM_REG_XPSR, state & ~_IT_STATE)

    return Hook(uc, UC_HOOK_MEM_READ, _READ(called), origin, origin + size - 1)
