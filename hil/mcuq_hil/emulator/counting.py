"""Executed instructions, exactly: how often each translated block ran, times its length.

The hook only counts visits; lengths are looked at when somebody reads.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Protocol

from unicorn import Uc

from mcuq_hil.emulator.hooks import Hook, on_block
from mcuq_hil.thumb import thumb_instructions

_SIZE_BITS = 16


class RunCounter(Protocol):
    """What the emulated counter's register tells."""

    @property
    def running(self) -> bool: ...

    def start(self) -> None: ...

    def resume(self) -> None: ...

    def stop(self) -> None: ...

    def total(self) -> int: ...


class BlockVisits:
    """How often each block of code ran, counted while started. Start and stop only while the
    emulator stands still.

    Attributes:
        visits: address << 16 | bytes of a block → times.
    """

    def __init__(self, uc: Uc) -> None:
        self._uc = uc
        self.visits: defaultdict[int, int] = defaultdict(int)
        self._lengths: dict[int, int] = {}
        self._hook: Hook | None = None

    @property
    def running(self) -> bool:
        return self._hook is not None

    def start(self) -> None:
        """Count from zero."""
        self.visits.clear()
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

    def length(self, key: int) -> int:
        """Instructions of a block."""
        found = self._lengths.get(key)
        if found is None:
            found = thumb_instructions(self.code(*place(key)))
            self._lengths[key] = found
        return found

    def code(self, address: int, size: int) -> bytes:
        return bytes(self._uc.mem_read(address, size))

    def _visit(self, _uc: int, address: int, size: int) -> None:
        self.visits[address << _SIZE_BITS | size] += 1


def place(key: int) -> tuple[int, int]:
    """Address and bytes of a block."""
    return key >> _SIZE_BITS, key & ((1 << _SIZE_BITS) - 1)


class InstructionCounter(BlockVisits):
    """Instructions of what ran."""

    def total(self) -> int:
        """Since the start, to the end of the block that is running."""
        return sum(times * self.length(key) for key, times in self.visits.items())

    def visited(self) -> frozenset[int]:
        """Addresses of the blocks that ran since the start."""
        return frozenset(place(key)[0] for key in self.visits)
