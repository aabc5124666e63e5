"""The machine: memories, peripherals, reset, and the loop that runs it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from unicorn import Uc, UcError
from unicorn import arm_const as arm
from unicorn import unicorn_const as const

from mcuq_hil.emulator import core, exceptions
from mcuq_hil.emulator.core import CorePeripherals
from mcuq_hil.emulator.counting import InstructionCounter, RunCounter
from mcuq_hil.emulator.cpu import load_segments, new_cpu
from mcuq_hil.emulator.families import ERASED, FAMILIES
from mcuq_hil.emulator.line import Line
from mcuq_hil.emulator.protection import Protection
from mcuq_hil.emulator.registers import RegisterFile
from mcuq_hil.emulator.spec import MachineSpec
from mcuq_hil.emulator.steady import FUNCTION, SteadyCounter
from mcuq_hil.emulator.uarts import emulated_uart
from mcuq_hil.emulator.watchdogs import Watchdog
from mcuq_hil.image import functions

_PERIPHERALS = (0x4000_0000, 0x6000_0000)
_PRIVATE = (0xE000_0000, 0xE010_0000)
_PAGE = 0x1000
_PRESS_SECONDS = 0.01
_NEVER = 0xDEAD_BEEE
_INTERRUPT_EXCEPTION_RETURN = 8


class Machine:
    """One board.

    Args:
        spec: memories, core, UART.
        elf: the image; its segments are loaded at their physical addresses.
        line: the UART's wire.
    """

    def __init__(self, spec: MachineSpec, elf: Path, line: Line) -> None:
        self._uc = new_cpu(spec.core)
        self._line = line
        self._asked: list[str] = []
        self._pressed = threading.Event()
        self._bad_address = 0
        self._counter = self._chosen_counter(spec, elf)
        self._private = CorePeripherals(self._counter, self._ask)
        self._registers = RegisterFile(FAMILIES[spec.family])
        self._watchdog = Watchdog(spec.family, lambda at: self._registers.read(at, 4))
        self._protection = Protection(self._uc, spec.core, self._private.peek, self._forbidden)
        self._map(spec)
        self._vectors = self._load(elf, spec)
        self._uc.hook_add(const.UC_HOOK_INTR, self._interrupted)
        unmapped = const.UC_HOOK_MEM_UNMAPPED | const.UC_HOOK_MEM_PROT
        self._uc.hook_add(unmapped, self._bad_access)

    def run(self) -> None:
        """From power-on until the host hangs up. Raises LockupError."""
        self._reset()
        while not self._line.closed:
            is_counting = self._counter.running
            timeout = self._watchdog.microseconds(is_counting=is_counting)
            try:
                self._uc.emu_start(self._uc.reg_read(arm.UC_ARM_REG_PC) | 1, _NEVER, timeout)
            except UcError as error:
                exceptions.hard_fault(self._uc, self._private, error.errno, self._bad_address)
            if self._watchdog.barks(is_counting=is_counting):
                self._asked = ["bark"]
            if self._pressed.is_set():
                self._pressed.clear()
                self._asked = ["reset"]
            asked, self._asked = self._asked, []
            for what in dict.fromkeys(asked):
                self._do(what)
        self._line.flush()

    def press_reset(self) -> None:
        """The reset button, to be pressed by another thread than the one that runs; returns when it
        has taken effect."""
        self._pressed.set()
        self._line.wake()
        # A stop is lost that comes while the machine stands still.
        while self._pressed.is_set():
            self._uc.emu_stop()
            time.sleep(_PRESS_SECONDS)

    def _ask(self, what: str) -> None:
        self._asked.append(what)
        self._uc.emu_stop()

    def _do(self, what: str) -> None:
        if what in ("reset", "bark"):
            self._watchdog.reset(by_itself=what == "bark")
            self._reset()
        elif what == "guard":
            self._protection.start()
        elif what == "forbidden":
            exceptions.forbidden_write(self._uc, self._private, self._bad_address)
        elif what == "call":
            assert isinstance(self._counter, SteadyCounter)
            self._counter.called()
        elif what == "recount":
            self._counter.resume()
        elif what == "count":
            self._counter.start()
        elif what == "uncount":
            self._counter.stop()
        elif what == "systick":
            exceptions.enter(self._uc, self._private, exceptions.SYSTICK)
        elif what == "return":
            exceptions.leave(self._uc)
        elif what == "undefined":
            exceptions.hard_fault(self._uc, self._private, const.UC_ERR_INSN_INVALID, 0)

    def _reset(self) -> None:
        """RAM keeps its content, as on the hardware."""
        self._line.flush()
        self._counter.stop()
        self._protection.stop()
        self._registers.clear()
        self._private.clear()
        self._private.put(core.VTOR, self._vectors)
        sp, pc = (
            int.from_bytes(bytes(self._uc.mem_read(self._vectors + at, 4)), "little")
            for at in (0, 4)
        )
        self._uc.reg_write(arm.UC_ARM_REG_IPSR, 0)
        self._uc.reg_write(arm.UC_ARM_REG_CONTROL, 0)
        self._uc.reg_write(arm.UC_ARM_REG_MSP, sp)
        self._uc.reg_write(arm.UC_ARM_REG_PC, pc | 1)

    def _chosen_counter(self, spec: MachineSpec, elf: Path) -> RunCounter:
        counter = _counter(self._uc, spec, elf)
        found = [each.start for each in functions(elf) if each.name == FUNCTION]
        if not spec.is_steady or not found:
            return counter
        return SteadyCounter(self._uc, counter, found[0], lambda: self._ask("call"))

    def _map(self, spec: MachineSpec) -> None:
        for (origin, size), rights in (
            (spec.flash, const.UC_PROT_READ | const.UC_PROT_EXEC),
            (spec.ram, const.UC_PROT_ALL),
        ):
            self._uc.mem_map(origin, -(-size // _PAGE) * _PAGE, rights)
        if spec.family in ERASED:
            origin, size = ERASED[spec.family]
            self._uc.mem_map(origin, size, const.UC_PROT_READ)
            self._uc.mem_write(origin, b"\xff" * size)
        page = spec.uart_base & ~(_PAGE - 1)
        self._map_registers(_PERIPHERALS[0], page)
        self._map_uart(spec, page)
        self._map_registers(page + _PAGE, _PERIPHERALS[1])
        self._uc.mmio_map(
            _PRIVATE[0],
            _PRIVATE[1] - _PRIVATE[0],
            lambda _uc, offset, size, _: self._private.read(_PRIVATE[0] + offset, size),
            None,
            lambda _uc, offset, size, value, _: self._private.write(
                _PRIVATE[0] + offset, size, value
            ),
            None,
        )

    def _map_registers(self, start: int, end: int) -> None:
        def read(_uc: Uc, offset: int, size: int, _data: Any) -> int:
            address = start + offset
            return self._registers.read(address, size) | self._watchdog.flags(address)

        def write(_uc: Uc, offset: int, size: int, value: int, _data: Any) -> None:
            self._registers.write(start + offset, size, value)
            was_running = self._watchdog.running
            self._watchdog.write(start + offset, value)
            if self._watchdog.running and not was_running:
                self._uc.emu_stop()

        self._uc.mmio_map(start, end - start, read, None, write, None)

    def _map_uart(self, spec: MachineSpec, page: int) -> None:
        uart = emulated_uart(spec.uart_driver, self._line, self._uc)
        base = spec.uart_base - page

        def read(_uc: Uc, offset: int, _size: int, _data: Any) -> int:
            value = uart.read(offset - base)
            if isinstance(self._counter, SteadyCounter) and self._counter.is_resting:
                self._ask("recount")
            if self._line.closed:
                self._uc.emu_stop()
            return value

        def write(_uc: Uc, offset: int, _size: int, value: int, _data: Any) -> None:
            uart.write(offset - base, value)

        self._uc.mmio_map(page, _PAGE, read, None, write, None)

    def _load(self, elf: Path, spec: MachineSpec) -> int:
        """Write the image into flash; the address of its vector table."""
        load_segments(self._uc, elf)
        with elf.open("rb") as stream:
            vectors = ELFFile(stream).get_section_by_name(".vectors")
            return int(vectors["sh_addr"]) if vectors else spec.flash[0]

    def _interrupted(self, _uc: Uc, number: int, _data: Any) -> None:
        self._ask("return" if number == _INTERRUPT_EXCEPTION_RETURN else "undefined")

    def _forbidden(self, address: int) -> None:
        self._bad_address = address
        self._ask("forbidden")

    def _bad_access(
        self, _uc: Uc, _access: int, address: int, _size: int, _value: int, _data: Any
    ) -> bool:
        self._bad_address = address
        return False


def _counter(uc: Uc, spec: MachineSpec, elf: Path) -> RunCounter:
    # Imported here: the disassembler is only needed to estimate.
    if spec.bounding:
        from mcuq_hil.emulator.bounding import BoundCounter

        return BoundCounter(uc, elf)
    if spec.timing is None:
        return InstructionCounter(uc)
    from mcuq_hil.emulator.estimating import CycleCounter

    return CycleCounter(uc, spec.core, spec.flash, spec.timing)
