"""Executed instructions, exactly: how often each translated block ran, times its length.

The hook only counts visits; lengths are looked at when somebody reads.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol

from unicorn import Uc

from mcuq_hil.emulator.hooks import Hook, on_block

_SIZE_BITS = 16


class RunCounter(Protocol):
    """What the emulated counter's register tells."""

    @property
    def running(self) -> bool: ...

    def start(self) -> None: ...

    def resume(self) -> None: ...

    def stop(self) -> None: ...

    def total(self) -> int: ...


class InstructionCounter:
    """Counts while started. Start and stop only while the emulator stands still."""

    def __init__(self, uc: Uc) -> None:
        self._uc = uc
        self._visits: defaultdict[int, int] = defaultdict(int)
        self._lengths: dict[int, int] = {}
        self._hook: Hook | None = None

    @property
    def running(self) -> bool:
        return self._hook is not None

    def start(self) -> None:
        """Count from zero."""
        self._visits.clear()
        self.resume()

    def resume(self) -> None:
        """Count on from where it was stopped."""
        if self._hook is None:
            self._hook = on_block(self._uc, self._visit)

    def stop(self) -> None:
        """Run without hooks again."""
        if self._hook is not None:
            self._hook.remove()
            self._hook = None

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
