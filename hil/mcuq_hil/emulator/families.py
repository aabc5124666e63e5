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


_ALL = 0xFFFF_FFFF
_OVERDRIVE = (
    Follow(0x4000_7004, 16, 0x4000_7000, 16),
    Follow(0x4000_7004, 17, 0x4000_7000, 17),
)
_RCC_F4_F7 = (
    *_same(0x4002_3800, ((1, 0), (17, 16), (25, 24))),
    *_same(0x4002_3808, ((2, 0),), mask=3),
)

FAMILIES: dict[str, tuple[Rule, ...]] = {
    "stm32f7": (*_RCC_F4_F7, *_OVERDRIVE),
    "stm32f4": (*_RCC_F4_F7, *_OVERDRIVE),
    "stm32f1": (
        *_same(0x4002_1000, ((1, 0), (17, 16), (25, 24))),
        *_same(0x4002_1004, ((2, 0),), mask=3),
    ),
    "stm32l4": (
        *_same(0x4002_1000, ((1, 0), (10, 8), (17, 16), (25, 24))),
        *_same(0x4002_1008, ((2, 0),), mask=3),
    ),
    "stm32g4": (
        *_same(0x4002_1000, ((10, 8), (17, 16), (25, 24))),
        *_same(0x4002_1008, ((2, 0),), mask=3),
    ),
    "stm32g0": (
        *_same(0x4002_1000, ((10, 8), (25, 24))),
        *_same(0x4002_1008, ((3, 0),), mask=7),
    ),
    "stm32h7": (
        *_same(0x5802_4400, ((2, 0), (25, 24))),
        *_same(0x5802_4410, ((3, 0),), mask=7),
        Constant(0x5802_4804, 1 << 13),
        Constant(0x5802_4818, 1 << 13),
    ),
    "stm32u5": (
        *_same(0x4602_0C00, ((2, 0), (10, 8), (25, 24))),
        *_same(0x4602_0C1C, ((2, 0),), mask=3),
        *_same(0x4602_080C, ((14, 18),)),
        Constant(0x4602_080C, 1 << 15),
    ),
    "stm32h5": (
        *_same(0x4402_0C00, ((1, 0), (25, 24))),
        *_same(0x4402_0C1C, ((3, 0),), mask=7),
        Constant(0x4402_0814, 1 << 3),
    ),
    "nrf52": (Constant(0x4000_0100, 1),),
    "rp2040": (
        Constant(0x4000_C008, _ALL),
        Constant(0x4002_4004, 1 << 31),
        Constant(0x4002_8000, 1 << 31),
        Constant(0x4000_8038, _ALL),
        Constant(0x4000_8044, _ALL),
    ),
    "rp2350": (
        Constant(0x4002_0008, _ALL),
        Constant(0x4004_8004, 1 << 31),
        Constant(0x4005_0000, 1 << 31),
        Constant(0x4001_0038, _ALL),
        Constant(0x4001_0044, _ALL),
    ),
    "nrf53": (Constant(0x5000_5100, 1),),
    "samd51": (Follow(0x4000_1040, 0, 0x4000_1030, 1), Follow(0x4000_1040, 1, 0x4000_1030, 1)),
    "imxrt1060": (Constant(0x4008_0000, 1 << 31), Follow(0x400D_8000, 31, 0x400D_8000, 13)),
    "apollo4": (Constant(0x4002_1000, 1 << 2), Follow(0x4002_1008, 9, 0x4002_1004, 9)),
}
"""By folder of firmware/ports."""

ERASED: dict[str, tuple[int, int]] = {"nrf53": (0x00FF_0000, 0x9000)}
"""By folder of firmware/ports: memory beside flash and RAM that the start-up reads, as (origin,
bytes), all ones: a device that its factory has written nothing into."""
