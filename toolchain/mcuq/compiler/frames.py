"""Stack frames read from Thumb code, for functions that gcc left no `.su` file for: assembly, and
libraries that somebody else compiled.

Every instruction that moves the stack pointer down counts once, wherever it stands: at least what
the function takes. Encodings: Arm Architecture Reference Manual (ARMv7-M, ARMv8-M).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

_SP = 13


def frame_bytes(code: bytes, literals: Sequence[tuple[int, int]] = ()) -> int | None:
    """Stack bytes of a function; None where it takes an amount known only as it runs.

    Args:
        code: the function's section.
        literals: [begin, end) byte ranges of it that hold data.
    """
    taken = 0
    for first, second in _instructions(code, literals):
        step = _narrow(first) if second is None else _wide(first, second)
        if step is None:
            return None
        taken += step
    return taken


def calls_inside(code: bytes, literals: Sequence[tuple[int, int]] = ()) -> dict[int, int]:
    """Where BL instructions of a section stand, and which places of it they call before linking."""
    found = {}
    for position, first, second in _placed(code, literals):
        if second is not None and first >> 11 == 0b11110 and second & 0xD000 == 0xD000:
            found[position] = position + 4 + _branch(first, second)
    return found


def _branch(first: int, second: int) -> int:
    """The signed distance of BL: S:I1:I2:imm10:imm11:0, with I = not (J xor S)."""
    sign = first >> 10 & 1
    i1, i2 = (1 ^ (second >> bit & 1) ^ sign for bit in (13, 11))
    value = i1 << 23 | i2 << 22 | (first & 0x3FF) << 12 | (second & 0x7FF) << 1
    return value - (sign << 24)


def _instructions(
    code: bytes, literals: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int | None]]:
    """Half words of each instruction; the second is None for 16-bit ones."""
    return ((first, second) for _, first, second in _placed(code, literals))


def _placed(
    code: bytes, literals: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, int | None]]:
    """Place and half words of each instruction."""
    position = 0
    while position + 2 <= len(code):
        skip = next((end for begin, end in literals if begin <= position < end), None)
        if skip is not None:
            position = max(skip, position + 2)
            continue
        (first,) = struct.unpack_from("<H", code, position)
        # Prefixes 0b11101, 0b11110 and 0b11111 begin 32-bit encodings.
        wide = first >> 11 >= 0b11101 and position + 4 <= len(code)
        yield position, first, struct.unpack_from("<H", code, position + 2)[0] if wide else None
        position += 4 if wide else 2


def _narrow(word: int) -> int | None:
    if word & 0xFE00 == 0xB400:  # PUSH
        return 4 * (word & 0x1FF).bit_count()
    if word & 0xFF80 == 0xB080:  # SUB SP, #imm7
        return 4 * (word & 0x7F)
    # ADD SP, Rm: the amount comes from a register.
    return None if word & 0xFF87 == 0x4485 else 0


def _wide(first: int, second: int) -> int | None:
    to_stack = second >> 8 & 0xF == _SP
    if first == 0xE92D:  # PUSH.W
        return 4 * second.bit_count()
    if first == 0xF84D and second & 0x0F00 == 0x0D00:  # STR Rt, [SP, #-imm8]!
        return second & 0xFF
    if first == 0xE96D:  # STRD Rt, Rt2, [SP, #-imm8]!
        return 4 * (second & 0xFF)
    if first & 0xFFBF == 0xED2D:  # VPUSH
        return 4 * (second & 0xFF)
    if first & 0xFBEF == 0xF1AD and to_stack:  # SUB.W SP, SP, #const
        return _constant(first, second)
    if first & 0xFBFF == 0xF2AD and to_stack:  # SUBW SP, SP, #imm12
        return _immediate(first, second)
    return None if first == 0xEBAD and to_stack else 0  # SUB SP, SP, Rm


def _immediate(first: int, second: int) -> int:
    """i:imm3:imm8."""
    return (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xFF


def _constant(first: int, second: int) -> int:
    """ThumbExpandImm of i:imm3:imm8."""
    value = _immediate(first, second)
    low, rotation = value & 0xFF, value >> 7
    if value >> 10:
        rotated = 0x80 | low & 0x7F
        return (rotated >> rotation | rotated << (32 - rotation)) & 0xFFFF_FFFF
    repeats = (low, low * 0x10001, low * 0x1000100, low * 0x1010101)
    return repeats[value >> 8 & 3]
