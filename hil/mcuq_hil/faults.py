"""A fault record in words: what kind, where, at which address (ARMv7-M ARM, B3.2.15)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mcuq_hil.errors import DeviceFaultError, StackOverflowError
from mcuq_hil.image import function_at
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
    if record["overflow"]:
        return StackOverflowError(
            f"the firmware overflowed its stack{where}",
            "the computed bound is too small here: pass stack_bytes",
            registers=registers,
        )
    number = int(record["exception"])
    kind = _EXCEPTIONS.get(number, f"exception {number}")
    reasons = [text for bit, text in _CFSR.items() if registers["cfsr"] >> bit & 1]
    reason = f": {', '.join(reasons)}" if reasons else ""
    return DeviceFaultError(
        f"{kind} on the device{where}{reason}{_address(registers)}",
        "registers: " + " ".join(f"{name}={value:08x}" for name, value in registers.items()),
        registers=registers,
    )


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
