"""A serial port that misbehaves on purpose: what long wires and tired adapters do, seeded."""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable

from mcuq_hil.link import Transport

_LONGEST_DELAY = 0.15
_GARBAGE_BYTES = 40

Pieces = list[tuple[float, bytes]]
"""What becomes of one block: (seconds from now, bytes) in order."""


def drop(data: bytes, chance: random.Random) -> Pieces:
    """All of it is lost."""
    return []


def flip(data: bytes, chance: random.Random) -> Pieces:
    """One bit changes."""
    changed = bytearray(data)
    changed[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return [(0.0, bytes(changed))]


def duplicate(data: bytes, chance: random.Random) -> Pieces:
    """It comes twice, the second time later."""
    return [(0.0, data), (chance.uniform(0, _LONGEST_DELAY), data)]


def truncate(data: bytes, chance: random.Random) -> Pieces:
    """Its end is lost."""
    return [(0.0, data[: chance.randrange(len(data))])]


def delay(data: bytes, chance: random.Random) -> Pieces:
    """It comes late, perhaps after what is sent next."""
    return [(chance.uniform(0, _LONGEST_DELAY), data)]


def split(data: bytes, chance: random.Random) -> Pieces:
    """It comes in two parts."""
    at = chance.randrange(len(data))
    return [(0.0, data[:at]), (chance.uniform(0, _LONGEST_DELAY / 4), data[at:])]


def garbage(data: bytes, chance: random.Random) -> Pieces:
    """Noise comes before it, or in its middle."""
    at = chance.choice((0, chance.randrange(len(data))))
    noise = chance.randbytes(chance.randrange(1, _GARBAGE_BYTES))
    return [(0.0, data[:at] + noise + data[at:])]


FAULTS: tuple[Callable[[bytes, random.Random], Pieces], ...] = (
    *(drop, flip, duplicate, truncate),
    *(delay, split, garbage),
)


class FaultyTransport:
    """A transport around another one; each block, either way, suffers a fault with `rate`.

    Args:
        inner: the real port.
        rate: probability of a fault, for every block written or read.
        seed: of the faults: what happens to block n is always the same.
    """

    def __init__(self, inner: Transport, *, rate: float, seed: int) -> None:
        self._inner = inner
        self._rate = rate
        self._chance = random.Random(seed)
        self._ways = {"in": _Held(), "out": _Held()}
        self._ready = bytearray()
        self.faults = 0

    @property
    def timeout(self) -> float | None:
        return self._inner.timeout

    @timeout.setter
    def timeout(self, seconds: float | None) -> None:
        self._inner.timeout = seconds

    @property
    def in_waiting(self) -> int:
        return len(self._ready) + self._inner.in_waiting

    def read(self, size: int = 1) -> bytes:
        self._release()
        if not self._ready:
            data = self._inner.read(size)
            if data:
                self._pass("in", data)
                self._release()
        taken = bytes(self._ready[:size])
        del self._ready[:size]
        return taken

    def write(self, data: bytes) -> int:
        self._pass("out", data)
        self._release()
        return len(data)

    def reset_input_buffer(self) -> None:
        self._ready.clear()
        self._ways["in"] = _Held()
        self._inner.reset_input_buffer()

    def close(self) -> None:
        self._inner.close()

    def _pass(self, way: str, data: bytes) -> None:
        if self._chance.random() >= self._rate:
            pieces: Pieces = [(0.0, data)]
        else:
            self.faults += 1
            pieces = self._chance.choice(FAULTS)(data, self._chance)
        self._ways[way].add(pieces)

    def _release(self) -> None:
        now = time.monotonic()
        for data in self._ways["out"].due(now):
            self._inner.write(data)
        for data in self._ways["in"].due(now):
            self._ready += data


class _Held:
    """Blocks on their way, by the time they arrive."""

    def __init__(self) -> None:
        self._blocks: list[tuple[float, int, bytes]] = []
        self._count = 0

    def add(self, pieces: Pieces) -> None:
        for seconds, data in pieces:
            self._count += 1
            due = time.monotonic() + seconds if seconds else 0.0
            heapq.heappush(self._blocks, (due, self._count, data))

    def due(self, now: float) -> list[bytes]:
        found = []
        while self._blocks and self._blocks[0][0] <= now:
            found.append(heapq.heappop(self._blocks)[2])
        return found
