"""The memory protection unit as far as the firmware uses it: region 0, which nothing may write to.

ARMv6-M and v7-M name a region by base and size, v8-M by base and limit (firmware/ports/core/guard.c
names the documents).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from unicorn import Uc
from unicorn import unicorn_const as const

MPU_TYPE = 0xE000_ED90
MPU_CTRL = 0xE000_ED94
MPU_RBAR = 0xE000_ED9C
MPU_SIZE = 0xE000_EDA0
"""RASR or, on v8-M, RLAR."""
REGIONS = 8 << 8
"""MPU_TYPE of the emulated cores."""

_V8M = frozenset({"cortex-m33", "cortex-m55"})


class Protection:
    """One core's unit. It slows every write down while it is on.

    Args:
        core: the compiler's name of it.
        peek: a private peripheral's register.
        broken: called with the address of a write that is not allowed.
    """

    def __init__(
        self, uc: Uc, core: str, peek: Callable[[int], int], broken: Callable[[int], None]
    ) -> None:
        self._uc = uc
        self._is_v8m = core in _V8M
        self._peek = peek
        self._broken = broken
        self._hook: int | None = None

    def start(self) -> None:
        """Guard what the registers say; only while the emulator stands still."""
        self.stop()
        base = self._peek(MPU_RBAR) & ~0x1F
        size = self._peek(MPU_SIZE)
        end = (size | 0x1F) if self._is_v8m else base + (2 << (size >> 1 & 0x1F)) - 1
        self._hook = self._uc.hook_add(const.UC_HOOK_MEM_WRITE, self._written, None, base, end)
        self._uc.ctl_flush_tb()

    def stop(self) -> None:
        """As after a reset."""
        if self._hook is not None:
            self._uc.hook_del(self._hook)
            self._uc.ctl_flush_tb()
            self._hook = None

    def _written(
        self, _uc: Uc, _access: int, address: int, _size: int, _value: int, _data: Any
    ) -> None:
        self._broken(address)
