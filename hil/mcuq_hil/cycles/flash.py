"""Data read from flash: how often it leaves the line read last, how often it misses the cache."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True)
class FlashTiming:
    """The flash as a core sees it.

    Attributes:
        wait_states: cycles that a read takes beyond one.
        read_bytes: what it delivers at once; a power of two.
        line_bytes: what a cache in front of it holds at once, no less; a power of two.
        cache_bytes: of data that is kept; 0 for nothing but the line read last.
    """

    wait_states: int
    read_bytes: int
    line_bytes: int
    cache_bytes: int


class FlashReads:
    """Follows the addresses of data reads, in order.

    The cache is fully associative and forgets what was used longest ago: what a program streams
    through it falls out of every real one as well, and what it keeps using stays in.

    Attributes:
        changes: reads in another line than the one before.
        fills: lines that the cache did not hold.
        streamed: of those, lines that were read on in at once.
    """

    def __init__(self, timing: FlashTiming) -> None:
        self._shift = timing.line_bytes.bit_length() - 1
        self._room = max(1, timing.cache_bytes // timing.line_bytes)
        self.clear()

    def clear(self) -> None:
        """Begin anew, the cache empty."""
        self._last = -1
        self._held: OrderedDict[int, None] = OrderedDict()
        self.changes = 0
        self.fills = 0
        self.streamed = 0
        self._is_fresh = False

    def read(self, address: int) -> None:
        line = address >> self._shift
        if line == self._last:
            self.streamed += self._is_fresh
            self._is_fresh = False
            return
        self._last = line
        self.changes += 1
        held = self._held
        self._is_fresh = line not in held
        if not self._is_fresh:
            held.move_to_end(line)
            return
        self.fills += 1
        held[line] = None
        if len(held) > self._room:
            held.popitem(last=False)
