"""Executed instructions, exactly: how often each translated block ran, times its length.

Unicorn's own Python hook costs three times what this one does: the callback is registered with
the library directly and only counts visits; lengths are looked at when somebody reads.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict

from unicorn import UC_HOOK_BLOCK, Uc
from unicorn.unicorn_py3.unicorn import uclib

_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32)
_SIZE_BITS = 16


class InstructionCounter:
    """Counts while started. Start and stop only while the emulator stands still: a hook reaches
    only blocks that are translated after it was added, so the translations are dropped."""

    def __init__(self, uc: Uc) -> None:
        self._uc = uc
        self._visits: defaultdict[int, int] = defaultdict(int)
        self._lengths: dict[int, int] = {}
        self._callback = _CALLBACK(self._visit)
        self._handle: ctypes.c_size_t | None = None

    @property
    def running(self) -> bool:
        return self._handle is not None

    def start(self) -> None:
        """Count from zero."""
        self._visits.clear()
        if self._handle is not None:
            return
        handle = ctypes.c_size_t()
        status = uclib.uc_hook_add(
            self._uc._uch,
            ctypes.byref(handle),
            UC_HOOK_BLOCK,
            ctypes.cast(self._callback, ctypes.c_void_p),
            None,
            ctypes.c_uint64(1),
            ctypes.c_uint64(0),
        )
        if status != 0:
            raise RuntimeError(f"Unicorn refused a block hook: error {status}")
        self._handle = handle
        self._uc.ctl_flush_tb()

    def stop(self) -> None:
        """Run without hooks again."""
        if self._handle is not None:
            uclib.uc_hook_del(self._uc._uch, self._handle)
            self._handle = None
            self._uc.ctl_flush_tb()

    def total(self) -> int:
        """Instructions since the start, to the end of the block that is running."""
        return sum(times * self._length(key) for key, times in self._visits.items())

    def visited(self) -> frozenset[int]:
        """Addresses of the blocks that ran since the start."""
        return frozenset(key >> _SIZE_BITS for key in self._visits)

    def _visit(self, _uc: int, address: int, size: int) -> None:
        self._visits[address << _SIZE_BITS | size] += 1

    def _length(self, key: int) -> int:
        length = self._lengths.get(key)
        if length is None:
            address, size = key >> _SIZE_BITS, key & ((1 << _SIZE_BITS) - 1)
            length = thumb_instructions(bytes(self._uc.mem_read(address, size)))
            self._lengths[key] = length
        return length


def thumb_instructions(code: bytes) -> int:
    """Number of Thumb instructions in `code`: 0b11101, 0b11110, 0b11111 begin a 32-bit one."""
    count = at = 0
    while at < len(code):
        at += 4 if code[at + 1] >= 0xE8 else 2
        count += 1
    return count
