"""Registers that answer: a ready bit follows the bit that switches its source on.

Everything else of a family's clock tree is plain storage. Addresses and bits are those of the
reference manuals named in firmware/ports/<family>.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Follow:
    """Bits of the register at `at` that equal bits of the register at `source`."""

    at: int
    shift: int
    source: int
    source_shift: int
    mask: int = 1


@dataclass(frozen=True)
class Constant:
    """Bits of the register at `at` that always read as one."""

    at: int
    bits: int


Rule = Follow | Constant


def _same(address: int, pairs: Sequence[tuple[int, int]], mask: int = 1) -> tuple[Rule, ...]:
    """Follow rules inside one register, as (ready bit, on bit)."""
    return tuple(Follow(address, ready, address, on, mask) for ready, on in pairs)


FAMILIES: dict[str, tuple[Rule, ...]] = {
    "stm32f7": (
        *_same(0x4002_3800, ((1, 0), (17, 16), (25, 24))),
        *_same(0x4002_3808, ((2, 0),), mask=3),
        Follow(0x4000_7004, 16, 0x4000_7000, 16),
        Follow(0x4000_7004, 17, 0x4000_7000, 17),
    ),
}
"""By folder of firmware/ports."""
