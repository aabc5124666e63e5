"""Functions on a bare core: no board, no start-up, one call at a time.

The image is linked to the start of a flat memory; a call's arguments are laid out behind it by a
bump allocator, the function runs until it returns, and executed instructions are counted.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from pathlib import Path

from unicorn import UcError
from unicorn import arm_const as arm

from mcuq_hil.emulator.counting import InstructionCounter
from mcuq_hil.emulator.cpu import load_segments, new_cpu
from mcuq_hil.errors import CallError
from mcuq_hil.image import functions

BASE = 0x0010_0000
"""Where an image for `BareCore` is linked to."""

_MEMORY = 8 << 20
_STACK_TOP = BASE + _MEMORY - 64
_RETURN = BASE + _MEMORY - 16
_REGISTERS = (arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R1, arm.UC_ARM_REG_R2, arm.UC_ARM_REG_R3)
_ALIGNMENT = 16


class BareCore:
    """One emulated core with an image in its memory.

    Args:
        core: a key of CPU_MODELS.
        elf: the image, linked to BASE.

    Attributes:
        uc: the emulator, to hook into or to look at memory with.
    """

    def __init__(self, core: str, elf: Path) -> None:
        self.uc = new_cpu(core)
        self.uc.mem_map(BASE, _MEMORY)
        self._heap = self._free = _aligned(load_segments(self.uc, elf))
        found = functions(elf)
        self._addresses = {function.name: function.start for function in found}
        self._sizes = {function.start: function.size for function in found}
        self._starts = sorted(self._sizes)
        self._counter = InstructionCounter(self.uc)

    @property
    def code_bytes(self) -> int:
        """Sizes of the functions that the last call entered, literals included."""
        visited = self._counter.visited()
        entered = {self._starts[bisect_right(self._starts, address) - 1] for address in visited}
        return sum(self._sizes[start] for start in entered)

    def place(self, content: bytes) -> int:
        """Copy `content` into memory for the next call; returns its address."""
        address = self._free
        self.uc.mem_write(address, content)
        self._free = _aligned(address + len(content))
        return address

    def read(self, address: int, count: int) -> bytes:
        """Bytes of memory."""
        return bytes(self.uc.mem_read(address, count))

    def reset(self) -> None:
        """Forget everything that was placed."""
        self._free = self._heap

    def call(self, function: str, *arguments: int) -> int:
        """Run a function with word arguments; returns the executed instructions.

        Raises:
            CallError: it does not exist, or faults.
        """
        if function not in self._addresses:
            raise CallError(f"no function named {function}", "link it with the others")
        self._pass([argument & 0xFFFF_FFFF for argument in arguments])
        self._counter.start()
        try:
            self.uc.emu_start(self._addresses[function] | 1, _RETURN)
        except UcError as error:
            place = self.uc.reg_read(arm.UC_ARM_REG_PC)
            raise CallError(
                f"{function} stopped at {place:#x}: {error}",
                "compare its arguments",
            ) from None
        return self._counter.total()

    def _pass(self, words: list[int]) -> None:
        """Arguments into registers and onto the stack, as AAPCS has them."""
        for register, word in zip(_REGISTERS, words, strict=False):
            self.uc.reg_write(register, word)
        rest = words[len(_REGISTERS) :]
        stack = _STACK_TOP - 8 * len(rest)
        self.uc.mem_write(stack, struct.pack(f"<{len(rest)}I", *rest))
        self.uc.reg_write(arm.UC_ARM_REG_SP, stack)
        self.uc.reg_write(arm.UC_ARM_REG_LR, _RETURN | 1)


def _aligned(address: int) -> int:
    return -(-address // _ALIGNMENT) * _ALIGNMENT
