"""Exception entry and return, which Unicorn leaves to us (ARMv7-M ARM, B1.5)."""

from __future__ import annotations

import struct

from unicorn import Uc, UcError
from unicorn import arm_const as arm
from unicorn import unicorn_const as const

from mcuq_hil.emulator import core
from mcuq_hil.emulator.core import CorePeripherals

HARD_FAULT = 3
SYSTICK = 15

_FRAME = struct.Struct("<8I")
_SAVED = (arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R1, arm.UC_ARM_REG_R2, arm.UC_ARM_REG_R3)
_RETURN_MAIN = 0xFFFF_FFF9
_RETURN_PROCESS = 0xFFFF_FFFD
_RETURN_HANDLER = 0xFFFF_FFF1

_BUS_FAULTS = {
    const.UC_ERR_READ_UNMAPPED,
    const.UC_ERR_WRITE_UNMAPPED,
    const.UC_ERR_WRITE_PROT,
    const.UC_ERR_READ_PROT,
}
_FETCH_FAULTS = {const.UC_ERR_FETCH_UNMAPPED, const.UC_ERR_FETCH_PROT}
_CFSR_DACCVIOL = 1 << 1
_CFSR_MMARVALID = 1 << 7
_CFSR_IBUSERR = 1 << 8
_CFSR_PRECISERR = 1 << 9
_CFSR_STKERR = 1 << 12
_CFSR_BFARVALID = 1 << 15
_CFSR_UNDEFINSTR = 1 << 16
_CFSR_INVSTATE = 1 << 17
_HFSR_FORCED = 1 << 30
_XPSR_THUMB = 1 << 24


class LockupError(Exception):
    """A fault inside a fault handler: the core stands still."""


def enter(uc: Uc, peripherals: CorePeripherals, number: int) -> None:
    """Save the frame on the stack in use and go to the handler of exception `number`."""
    in_handler = uc.reg_read(arm.UC_ARM_REG_IPSR) != 0
    on_process = not in_handler and bool(uc.reg_read(arm.UC_ARM_REG_CONTROL) & 2)
    sp = uc.reg_read(arm.UC_ARM_REG_SP)
    frame_at = (sp - _FRAME.size) & ~7
    xpsr = uc.reg_read(arm.UC_ARM_REG_XPSR) & ~(1 << 9) | (1 << 9 if sp & 4 else 0)
    registers = [uc.reg_read(register) for register in _SAVED]
    rest = (arm.UC_ARM_REG_R12, arm.UC_ARM_REG_LR, arm.UC_ARM_REG_PC)
    frame = _FRAME.pack(*registers, *(uc.reg_read(register) for register in rest), xpsr)
    try:
        uc.mem_write(frame_at, frame)
    except UcError:
        # The core enters the handler all the same; the frame is lost.
        peripherals.set_bits(core.CFSR, _CFSR_STKERR)
    uc.reg_write(arm.UC_ARM_REG_SP, frame_at)
    uc.reg_write(arm.UC_ARM_REG_IPSR, number)
    back = _RETURN_HANDLER if in_handler else _RETURN_PROCESS if on_process else _RETURN_MAIN
    uc.reg_write(arm.UC_ARM_REG_LR, back)
    vector = bytes(uc.mem_read(peripherals.peek(core.VTOR) + 4 * number, 4))
    uc.reg_write(arm.UC_ARM_REG_PC, int.from_bytes(vector, "little") | 1)


def leave(uc: Uc) -> None:
    """Return from the handler: restore the frame from the stack it was saved on."""
    uc.reg_write(arm.UC_ARM_REG_IPSR, 0)
    sp = uc.reg_read(arm.UC_ARM_REG_SP)
    *values, xpsr = _FRAME.unpack(bytes(uc.mem_read(sp, _FRAME.size)))
    uc.reg_write(arm.UC_ARM_REG_SP, sp + _FRAME.size + (4 if xpsr & (1 << 9) else 0))
    rest = (arm.UC_ARM_REG_R12, arm.UC_ARM_REG_LR, arm.UC_ARM_REG_PC)
    for register, value in zip((*_SAVED, *rest), values, strict=True):
        uc.reg_write(register, value | 1 if register == arm.UC_ARM_REG_PC else value)
    uc.reg_write(arm.UC_ARM_REG_APSR, xpsr & 0xF80F_0000)


def hard_fault(uc: Uc, peripherals: CorePeripherals, error: int, address: int) -> None:
    """Enter the hard-fault handler for Unicorn's `error`; raises LockupError inside of it."""
    _check_lockup(uc)
    if error in _BUS_FAULTS:
        peripherals.set_bits(core.CFSR, _CFSR_PRECISERR | _CFSR_BFARVALID)
        peripherals.put(core.BFAR, address)
    elif error in _FETCH_FAULTS:
        peripherals.set_bits(core.CFSR, _CFSR_IBUSERR)
    elif uc.reg_read(arm.UC_ARM_REG_XPSR) & _XPSR_THUMB:
        peripherals.set_bits(core.CFSR, _CFSR_UNDEFINSTR)
    else:
        peripherals.set_bits(core.CFSR, _CFSR_INVSTATE)
    _forced(uc, peripherals)


def forbidden_write(uc: Uc, peripherals: CorePeripherals, address: int) -> None:
    """A write that the memory protection unit forbids: a memory fault, which nobody has enabled.

    Raises:
        LockupError: inside the fault handler.
    """
    _check_lockup(uc)
    peripherals.set_bits(core.CFSR, _CFSR_DACCVIOL | _CFSR_MMARVALID)
    peripherals.put(core.MMFAR, address)
    _forced(uc, peripherals)


def _check_lockup(uc: Uc) -> None:
    if uc.reg_read(arm.UC_ARM_REG_IPSR) == HARD_FAULT:
        raise LockupError(f"fault in the fault handler at 0x{uc.reg_read(arm.UC_ARM_REG_PC):08x}")


def _forced(uc: Uc, peripherals: CorePeripherals) -> None:
    peripherals.set_bits(core.HFSR, _HFSR_FORCED)
    enter(uc, peripherals, HARD_FAULT)
