"""A chip that boots an image of somebody else's and answers on its serial port.

Interrupts are what such a firmware lives on: those of the serial ports and SysTick are delivered
between blocks; the stacking is the architecture's (ARMv7-M ARM, B1.5.6 to B1.5.8).
"""

from __future__ import annotations

import struct
from collections import defaultdict
from pathlib import Path
from typing import Any

from unicorn import UC_ERR_INSN_INVALID, UC_HOOK_INTR, Uc, UcError
from unicorn import arm_const as arm

from mcuq_hil.emulator.cpu import new_cpu
from mcuq_hil.emulator.hooks import on_block
from silicon.chips import Chip
from silicon.doubles import execute_double, execute_widening
from silicon.registers import Peripherals

_NEVER = 0xDEAD_BEEE
_SLICE = 500
"""Blocks between two looks at what is pending, which is when SysTick comes, too."""
_BUSY_SLICE = 40
"""The same while bytes wait for the firmware."""
_FRAME = struct.Struct("<8I")
_SAVED = (
    *(arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R1, arm.UC_ARM_REG_R2, arm.UC_ARM_REG_R3),
    *(arm.UC_ARM_REG_R12, arm.UC_ARM_REG_LR, arm.UC_ARM_REG_PC),
)
_DOUBLES = tuple(arm.UC_ARM_REG_D0 + number for number in range(16))
_SYSTICK = 15
_FIRST_INTERRUPT = 16
_EXCEPTION_RETURN = 8
_IT_STATE = 0x0600_FC00
_SYST_CSR, _VTOR, _ISER, _ICER = 0xE000_E010, 0xE000_ED08, 0xE000_E100, 0xE000_E180
_CPACR, _CYCCNT = 0xE000_ED88, 0xE000_1004


class StuckError(Exception):
    """The firmware faulted, or never said what it was waited for."""


class Machine:
    """One chip with an image in its flash.

    Attributes:
        uc: the emulator.
        said: all that came out of the serial port.
        visits: (address, bytes) of a block → how often it ran since `visits` was cleared.
        taken: the same → how often something else followed than the next address.
    """

    def __init__(self, chip: Chip, image: bytes, origin: int) -> None:
        self.uc = new_cpu(chip.core)
        self.said = bytearray()
        self.visits: defaultdict[tuple[int, int], int] = defaultdict(int)
        self.taken: defaultdict[tuple[int, int], int] = defaultdict(int)
        self._peripherals = Peripherals(chip, self.said.append)
        self._private: dict[int, int] = {_VTOR: chip.flash}
        self._enabled: set[int] = set()
        self._floats: list[list[int]] = []
        self._chip = chip
        self._blocks = self._next_look = 0
        self._looked = False
        self._last: tuple[int, int] = (0, 0)
        self._returning = False
        self._map(chip)
        self.uc.mem_write(origin, image)
        self._has_floats = chip.core != "cortex-m0plus"
        self._hook = on_block(self.uc, self._block)
        self.uc.hook_add(UC_HOOK_INTR, self._interrupted)
        self._start()

    def send(self, data: bytes) -> None:
        """Put bytes on the firmware's line."""
        self._peripherals.waiting += data

    def run_until(self, word: bytes, blocks: int) -> None:
        """Run until `word` was said.

        Raises:
            StuckError: not within so many blocks, or it faulted.
        """
        begin, end = len(self.said), self._blocks + blocks
        while self.said.find(word, begin) < 0:
            if self._blocks > end:
                at = self.uc.reg_read(arm.UC_ARM_REG_PC)
                raise StuckError(f"nothing heard, at {at:#x}; said {bytes(self.said[-80:])!r}")
            self.step()

    def step(self) -> None:
        """Run for a slice, then deliver what is pending."""
        try:
            self.uc.emu_start(self.uc.reg_read(arm.UC_ARM_REG_PC) | 1, _NEVER)
        except UcError as error:
            known = error.errno == UC_ERR_INSN_INVALID
            if not known or not (execute_double(self.uc) or execute_widening(self.uc)):
                at = self.uc.reg_read(arm.UC_ARM_REG_PC)
                raise StuckError(f"{error} at {at:#x}") from error
        if self._returning:
            self._returning = False
            self._leave()
        elif self._looked:
            self._looked = False
            self._deliver()

    def _start(self) -> None:
        sp, pc = struct.unpack("<2I", bytes(self.uc.mem_read(self._chip.flash, 8)))
        self.uc.reg_write(arm.UC_ARM_REG_MSP, sp)
        self.uc.reg_write(arm.UC_ARM_REG_PC, pc | 1)

    def _map(self, chip: Chip) -> None:
        for origin, size in chip.memories:
            self.uc.mem_map(origin, size)
        self._map_io(0x4000_0000, 0x2000_0000, self._peripherals.read, self._peripherals.write)
        self._map_io(0xE000_0000, 0x10_0000, self._read_private, self._write_private)

    def _map_io(self, start: int, size: int, read: Any, write: Any) -> None:
        self.uc.mmio_map(
            start,
            size,
            lambda _uc, offset, count, _: read(start + offset, count),
            None,
            lambda _uc, offset, count, value, _: write(start + offset, count, value),
            None,
        )

    def _read_private(self, address: int, _size: int) -> int:
        if address == _CYCCNT:
            return self._blocks * 5 & 0xFFFF_FFFF
        if address == _SYST_CSR:
            return self._private.get(address, 0) | 1 << 16
        return self._private.get(address, 0)

    def _write_private(self, address: int, _size: int, value: int) -> None:
        if _ISER <= address < _ISER + 0x40:
            self._enabled |= _numbers(address - _ISER, value)
        elif _ICER <= address < _ICER + 0x40:
            self._enabled -= _numbers(address - _ICER, value)
        else:
            self._private[address] = value

    def _block(self, _uc: int, address: int, size: int) -> None:
        last = self._last
        if last[0] + last[1] != address:
            self.taken[last] += 1
        key = self._last = (address, size)
        self.visits[key] += 1
        self._blocks += 1
        if self._blocks >= self._next_look:
            slice_blocks = _BUSY_SLICE if self._peripherals.waiting else _SLICE
            self._next_look = self._blocks + slice_blocks
            self._looked = True
            self.uc.emu_stop()

    def _interrupted(self, _uc: Uc, number: int, _data: Any) -> None:
        if number != _EXCEPTION_RETURN:
            raise StuckError(f"exception {number} at {self.uc.reg_read(arm.UC_ARM_REG_PC):#x}")
        self._returning = True
        self.uc.emu_stop()

    def _deliver(self) -> None:
        within_it = self.uc.reg_read(arm.UC_ARM_REG_XPSR) & _IT_STATE
        if within_it or self.uc.reg_read(arm.UC_ARM_REG_PRIMASK) & 1:
            return
        handling = self.uc.reg_read(arm.UC_ARM_REG_IPSR)
        if handling == 0:
            asked = [n for n in self._peripherals.interrupts() if n in self._enabled]
            if asked:
                self._enter(_FIRST_INTERRUPT + asked[0])
                return
        if handling != _SYSTICK and self._private.get(_SYST_CSR, 0) & 3 == 3:
            self._enter(_SYSTICK)

    def _enter(self, number: int) -> None:
        uc = self.uc
        handling = uc.reg_read(arm.UC_ARM_REG_IPSR)
        on_process = not handling and uc.reg_read(arm.UC_ARM_REG_CONTROL) & 2
        xpsr = uc.reg_read(arm.UC_ARM_REG_XPSR)
        sp = uc.reg_read(arm.UC_ARM_REG_SP)
        frame_at = (sp - _FRAME.size) & ~7
        xpsr = xpsr & ~(1 << 9) | (1 << 9 if sp & 4 else 0)
        uc.mem_write(frame_at, _FRAME.pack(*(uc.reg_read(each) for each in _SAVED), xpsr))
        if self._has_floats:
            self._floats.append([uc.reg_read(each) for each in _DOUBLES])
        uc.reg_write(arm.UC_ARM_REG_SP, frame_at)
        uc.reg_write(arm.UC_ARM_REG_IPSR, number)
        uc.reg_write(
            arm.UC_ARM_REG_LR,
            0xFFFF_FFF1 if handling else 0xFFFF_FFFD if on_process else 0xFFFF_FFF9,
        )
        vector = bytes(uc.mem_read(self._private[_VTOR] + 4 * number, 4))
        uc.reg_write(arm.UC_ARM_REG_PC, int.from_bytes(vector, "little") | 1)

    def _leave(self) -> None:
        uc = self.uc
        # Unicorn left SP at the handler's stack; which one it was, EXC_RETURN said.
        frame_at = uc.reg_read(arm.UC_ARM_REG_SP)
        *values, xpsr = _FRAME.unpack(bytes(uc.mem_read(frame_at, _FRAME.size)))
        uc.reg_write(arm.UC_ARM_REG_SP, frame_at + _FRAME.size + (4 if xpsr & 1 << 9 else 0))
        for register, value in zip(_SAVED, values, strict=True):
            uc.reg_write(register, value | 1 if register == arm.UC_ARM_REG_PC else value)
        if self._has_floats:
            for register, value in zip(_DOUBLES, self._floats.pop(), strict=True):
                uc.reg_write(register, value)
        # Whole: a handler that returns from within an IT block leaves its state behind.
        uc.reg_write(arm.UC_ARM_REG_XPSR, xpsr)


def _numbers(offset: int, bits: int) -> set[int]:
    return {8 * offset + at for at in range(32) if bits >> at & 1}


def load_image(path: Path, origin: int) -> tuple[bytes, int]:
    """An image's bytes and where they lie: a plain binary, or Intel HEX."""
    data = path.read_bytes()
    return (data, origin) if path.suffix.lower() == ".bin" else _from_hex(data)


def _from_hex(text: bytes) -> tuple[bytes, int]:
    upper, memory = 0, {}
    for line in text.split():
        record = bytes.fromhex(line[1:].decode())
        count, offset, kind = record[0], int.from_bytes(record[1:3], "big"), record[3]
        body = record[4 : 4 + count]
        if kind == 0:
            memory[upper + offset] = body
        elif kind == 4:
            upper = int.from_bytes(body, "big") << 16
    start = min(memory)
    image = bytearray(max(at + len(body) for at, body in memory.items()) - start)
    for at, body in memory.items():
        image[at - start : at - start + len(body)] = body
    return bytes(image), start
