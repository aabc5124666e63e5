"""A Cortex-M on Unicorn: the model of each core, and an image's segments in its memory."""

from __future__ import annotations

from pathlib import Path

from elftools.elf.elffile import ELFFile
from unicorn import Uc
from unicorn import arm_const as arm
from unicorn import unicorn_const as const

CPU_MODELS = {
    "cortex-m0plus": arm.UC_CPU_ARM_CORTEX_M0,
    "cortex-m3": arm.UC_CPU_ARM_CORTEX_M3,
    "cortex-m4": arm.UC_CPU_ARM_CORTEX_M4,
    "cortex-m7": arm.UC_CPU_ARM_CORTEX_M7,
    "cortex-m33": arm.UC_CPU_ARM_CORTEX_M33,
}
"""Cores that Unicorn knows, by the compiler's name."""


def new_cpu(core: str) -> Uc:
    """A core without memory; `core` is a key of CPU_MODELS."""
    uc = Uc(const.UC_ARCH_ARM, const.UC_MODE_THUMB | const.UC_MODE_MCLASS)
    uc.ctl_set_cpu_model(CPU_MODELS[core])
    return uc


def load_segments(uc: Uc, elf: Path) -> int:
    """Write an image to its physical addresses; returns the first one behind all it takes."""
    end = 0
    with elf.open("rb") as stream:
        for segment in ELFFile(stream).iter_segments("PT_LOAD"):
            if segment["p_filesz"]:
                uc.mem_write(segment["p_paddr"], segment.data())
            end = max(end, segment["p_paddr"] + segment["p_memsz"])
    return end
