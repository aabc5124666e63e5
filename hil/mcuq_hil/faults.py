"""A fault record in words: what kind, where, at which address (ARMv7-M ARM, B3.2.15)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mcuq_hil.errors import (
    ArenaOverrunError,
    DamagedConstantsError,
    DeviceFaultError,
    NoGuardError,
    StackOverflowError,
    WatchdogError,
)
from mcuq_hil.image import function_at
from mcuq_hil.protocol import messages as m
from mcuq_hil.protocol.messages import FAULT_REGISTERS, FieldValue

_CFSR = {
    0: "instruction access violation",
    1: "data access violation",
    3: "memory fault on exception return",
    4: "memory fault on exception entry",
    8: "instruction bus error",
    9: "precise data bus error",
    10: "imprecise data bus error",
    11: "bus error on exception return",
    12: "bus error on exception entry",
    16: "undefined instruction",
    17: "invalid state (Arm code on a Thumb core)",
    18: "invalid exception return",
    19: "no coprocessor",
    20: "stack limit passed",
    24: "unaligned access",
    25: "division by zero",
}
_MMFAR_VALID = 1 << 7
_BFAR_VALID = 1 << 15
_EXCEPTIONS = {2: "NMI", 3: "hard fault", 4: "memory fault", 5: "bus fault", 6: "usage fault"}


def fault_error(record: Mapping[str, FieldValue], elf: Path) -> DeviceFaultError:
    """The error that tells a FAULT reply."""
    registers = {name: int(record[name]) for name in FAULT_REGISTERS}
    where = _where(registers, elf)
    told = _told(int(record["reason"]), registers, where)
    if told is not None:
        return told
    number = int(record["exception"])
    kind = _EXCEPTIONS.get(number, f"exception {number}")
    reasons = [text for bit, text in _CFSR.items() if registers["cfsr"] >> bit & 1]
    reason = f": {', '.join(reasons)}" if reasons else ""
    return DeviceFaultError(
        f"{kind} on the device{where}{reason}{_address(registers)}",
        "registers: " + " ".join(f"{name}={value:08x}" for name, value in registers.items()),
        registers=registers,
    )


def _told(reason: int, registers: dict[str, int], where: str) -> DeviceFaultError | None:
    """What the firmware found out by itself; None where only the exception tells."""
    what, found = registers["r0"], registers["r1"]
    if reason == m.REASON_OVERFLOW:
        return StackOverflowError(
            f"the firmware overflowed its stack{where}",
            "the computed bound is too small here: pass stack_bytes",
            registers=registers,
        )
    if reason == m.REASON_WATCHDOG:
        return WatchdogError(
            f"the watchdog reset the device: the firmware did not feed it for {what} ms",
            "give --watchdog more than an inference takes; if it has that, look at the code",
            registers=registers,
        )
    if reason == m.REASON_CANARY:
        return ArenaOverrunError(
            f"the firmware wrote outside the model's memory: the guard word at 0x{what:08x} holds "
            f"0x{found:08x}",
            "the last run's outputs are not to be trusted: report it with the model",
            registers=registers,
        )
    if reason == m.REASON_CONSTANTS:
        return DamagedConstantsError(
            f"code or constants in the device's flash changed: CRC 0x{what:08x}, the image has "
            f"0x{found:08x}",
            "flash the image again; if that does not last, something writes there, or it wears out",
            registers=registers,
        )
    if reason == m.REASON_NO_GUARD:
        return NoGuardError(
            "the device's core has no memory protection unit: nothing guards the stack",
            "build without --stack-guard",
            registers=registers,
        )
    return None


def _where(registers: Mapping[str, int], elf: Path) -> str:
    pc = registers["pc"]
    if pc == 0:
        return ""
    function = function_at(elf, pc)
    return f" in {function} (pc 0x{pc:08x})" if function else f" at pc 0x{pc:08x}"


def _address(registers: Mapping[str, int]) -> str:
    if registers["cfsr"] & _BFAR_VALID:
        return f" at address 0x{registers['bfar']:08x}"
    if registers["cfsr"] & _MMFAR_VALID:
        return f" at address 0x{registers['mmfar']:08x}"
    return ""
