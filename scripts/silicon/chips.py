"""The chips of the published results: memories, serial ports and their interrupts.

Addresses are those of the reference manuals: RM0385 (F7), RM0455 (H7A3), RM0432 (L4+), RM0456 (U5),
RM0444 (G0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mcuq_hil.cycles.flash import FlashTiming
from mcuq_hil.emulator.families import Constant, Follow, Rule


@dataclass(frozen=True)
class Chip:
    """One microcontroller.

    Attributes:
        core: the compiler's name.
        core_hz: of the published results.
        flash_timing: at that clock.
        family: rules of ready bits, a key of `mcuq_hil.emulator.families.FAMILIES`.
        memories: (origin, bytes), the flash's first.
        uarts: base address of each serial port → number of its interrupt.
        rules: ready bits beside the family's.
    """

    core: str
    core_hz: int
    flash_timing: FlashTiming
    family: str
    memories: tuple[tuple[int, int], ...]
    uarts: Mapping[int, int]
    rules: tuple[Rule, ...] = ()

    @property
    def flash(self) -> int:
        return self.memories[0][0]


_MB = 1 << 20
_KB = 1 << 10
_FLASH = (0x0800_0000, 2 * _MB)
_SRAM = (0x2000_0000, _MB)

CHIPS = {
    "F746": Chip(
        "cortex-m7",
        216_000_000,
        FlashTiming(7, 32, 32, 4096),
        "stm32f7",
        (_FLASH, _SRAM, (0, 16 * _KB)),
        {0x4001_1000: 37, 0x4000_4400: 38, 0x4000_4800: 39, 0x4001_1400: 71},
    ),
    "H7A3": Chip(
        "cortex-m7",
        280_000_000,
        FlashTiming(6, 16, 32, 16384),
        "stm32h7",
        (
            _FLASH,
            _SRAM,
            (0x2400_0000, _MB),
            (0x3000_0000, 256 * _KB),
            (0x3800_0000, 64 * _KB),
            (0, 64 * _KB),
        ),
        {0x4001_1000: 37, 0x4000_4400: 38, 0x4000_4800: 39, 0x5800_0C00: 142},
    ),
    "L4R5": Chip(
        "cortex-m4",
        120_000_000,
        FlashTiming(5, 8, 8, 256),
        "stm32l4",
        (_FLASH, _SRAM, (0x1000_0000, 64 * _KB)),
        {0x4001_3800: 37, 0x4000_4400: 38, 0x4000_4800: 39, 0x4000_8000: 70},
        # GPIOG_IDR: the board's step-down converter says that its voltage is there.
        (Constant(0x4800_1810, 0xFFFF),),
    ),
    "U575": Chip(
        "cortex-m33",
        160_000_000,
        FlashTiming(4, 16, 16, 8192),
        "stm32u5",
        (_FLASH, _SRAM, (0x2800_0000, 16 * _KB), (0x0BF9_0000, 64 * _KB)),
        {0x4001_3800: 61, 0x4000_4400: 62, 0x4000_4800: 63, 0x4600_2400: 66},
        # PWR_SVMSR: the voltage range that PWR_VOSR asks for is there.
        (Follow(0x4602_083C, 16, 0x4602_080C, 16, 3), Constant(0x4602_083C, 1 << 15)),
    ),
    "G0B1": Chip(
        "cortex-m0plus",
        64_000_000,
        FlashTiming(2, 8, 8, 0),
        "stm32g0",
        (_FLASH, _SRAM),
        {0x4001_3800: 27, 0x4000_4400: 28, 0x4000_4800: 29, 0x4000_8000: 29},
    ),
}
"""By the chip's short name, which every folder's name holds."""
