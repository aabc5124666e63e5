"""Low-overhead loops of ARMv8.1-M, which capstone does not know."""

from __future__ import annotations

from mcuq_hil.cycles.instruction import Control, Flow

_SIZE = 4
_PIPELINE = 4
"""The program counter that an offset is added to is that far on."""


def loop_control(code: bytes, address: int) -> Control | None:
    """WLS, WLSTP, LE or LETP as what is executed next; None: it is another instruction.

    The encodings are those of the ARMv8-M Architecture Reference Manual (DDI 0553): of the first
    half-word, WLS 0xF04N and WLSTP 0xF00N to 0xF03N with a register N, and LE 0xF00F, LETP 0xF01F
    and the LE that counts nothing 0xF02F; of the second one 0b1100 L HHHHHHHHHH 1, an offset
    H L 0, on for the first two and back for the others.
    """
    if len(code) < _SIZE:
        return None
    first, second = (int.from_bytes(code[at : at + 2], "little") for at in (0, 2))
    if first & 0xFF80 != 0xF000 or second & 0xF001 != 0xC001:
        return None
    offset = (second >> 1 & 0x3FF) << 2 | (second >> 11 & 1) << 1
    counter = address + _PIPELINE
    if first & 0xF == 0xF:
        flow: Flow = "to" if first == 0xF02F else "either"
        return Control(_SIZE, flow, counter - offset)
    return Control(_SIZE, "either", counter + offset)
