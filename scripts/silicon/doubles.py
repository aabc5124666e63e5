"""Double-precision instructions of the Cortex-M7, which Unicorn's model of it has not.

The published images use a few for their clock; the encodings are the ARMv7-M manual's (A7.7).
"""

from __future__ import annotations

import struct

from unicorn import Uc
from unicorn import arm_const as arm


def execute_double(uc: Uc) -> bool:
    """Do the instruction at the program counter, if it is one of these; whether it was."""
    at = uc.reg_read(arm.UC_ARM_REG_PC) & ~1
    first, second = struct.unpack("<2H", bytes(uc.mem_read(at, 4)))
    if first & 0xEF00 != 0xEE00 or second & 0x0F10 != 0x0B00:
        return False
    if not _operate(uc, first, second):
        return False
    uc.reg_write(arm.UC_ARM_REG_PC, (at + 4) | 1)
    return True


def _operate(uc: Uc, first: int, second: int) -> bool:
    d = (first >> 6 & 1) << 4 | second >> 12
    n = (second >> 7 & 1) << 4 | first & 15
    m = (second >> 5 & 1) << 4 | second & 15
    negated = bool(second & 0x40)
    kind = first >> 4 & 0b1011
    if kind == 0b1011:
        return _extension(uc, first, second, d, m)
    x, y = _double(uc, n), _double(uc, m)
    if kind == 0b0010:
        result = -(x * y) if negated else x * y
    elif kind == 0b0011:
        result = x - y if negated else x + y
    elif kind in (0b0000, 0b1010):
        result = _double(uc, d) + (-(x * y) if negated else x * y)
    elif kind == 0b1000 and y:
        result = x / y
    else:
        return False
    _put_double(uc, d, result)
    return True


def _extension(uc: Uc, first: int, second: int, d: int, m: int) -> bool:
    """VMOV, VRINTZ, VCVT and VCMP: one operand, a further opcode in its place."""
    opcode, upper = first & 15, bool(second & 0x80)
    single_d = (second >> 12) << 1 | first >> 6 & 1
    single_m = (second & 15) << 1 | second >> 5 & 1
    if not second & 0x40:  # VMOV, immediate
        _put_double(uc, d, _expanded((first & 15) << 4 | second & 15))
    elif opcode == 0:
        value = _double(uc, m)
        _put_double(uc, d, abs(value) if upper else value)
    elif opcode == 1 and not upper:
        _put_double(uc, d, -_double(uc, m))
    elif opcode == 6 and upper:
        _put_double(uc, d, float(int(_double(uc, m))))
    elif opcode == 7 and upper:  # to single
        _put_single(uc, single_d, struct.unpack("<I", struct.pack("<f", _double(uc, m)))[0])
    elif opcode == 8:
        word = _single(uc, single_m)
        _put_double(uc, d, float(word - (word >> 31 << 32) if upper else word))
    elif opcode in (12, 13):
        least, most = (0, 2**32 - 1) if opcode == 12 else (-(2**31), 2**31 - 1)
        value = max(least, min(most, int(_double(uc, m))))
        _put_single(uc, single_d, value & 0xFFFF_FFFF)
    elif opcode in (4, 5):
        _compare(uc, _double(uc, d), 0.0 if opcode == 5 else _double(uc, m))
    else:
        return False
    return True


def execute_widening(uc: Uc) -> bool:
    """VCVT.F64.F32, whose encoding is a single's."""
    at = uc.reg_read(arm.UC_ARM_REG_PC) & ~1
    first, second = struct.unpack("<2H", bytes(uc.mem_read(at, 4)))
    if first & 0xFFBF != 0xEEB7 or second & 0x0FD0 != 0x0AC0:
        return False
    word = _single(uc, (second & 15) << 1 | second >> 5 & 1)
    d = (first >> 6 & 1) << 4 | second >> 12
    _put_double(uc, d, struct.unpack("<f", struct.pack("<I", word))[0])
    uc.reg_write(arm.UC_ARM_REG_PC, (at + 4) | 1)
    return True


def _compare(uc: Uc, x: float, y: float) -> None:
    flags = 0b0110 if x == y else 0b1000 if x < y else 0b0010
    fpscr = uc.reg_read(arm.UC_ARM_REG_FPSCR) & 0x0FFF_FFFF
    uc.reg_write(arm.UC_ARM_REG_FPSCR, fpscr | flags << 28)


def _expanded(immediate: int) -> float:
    sign, low = immediate >> 7, immediate & 0x3F
    exponent = 0x3FC if immediate & 0x40 else 0x400
    word = sign << 63 | (exponent + (low >> 4)) << 52 | (low & 15) << 48
    return float(struct.unpack("<d", struct.pack("<Q", word))[0])


def _double(uc: Uc, number: int) -> float:
    word = uc.reg_read(arm.UC_ARM_REG_D0 + number)
    return float(struct.unpack("<d", struct.pack("<Q", word))[0])


def _put_double(uc: Uc, number: int, value: float) -> None:
    word = struct.unpack("<Q", struct.pack("<d", value))[0]
    uc.reg_write(arm.UC_ARM_REG_D0 + number, word)


def _single(uc: Uc, number: int) -> int:
    return int(uc.reg_read(arm.UC_ARM_REG_S0 + number)) & 0xFFFF_FFFF


def _put_single(uc: Uc, number: int, word: int) -> None:
    uc.reg_write(arm.UC_ARM_REG_S0 + number, word)
