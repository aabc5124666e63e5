"""How long Thumb instructions are."""

from __future__ import annotations

_FIRST_WIDE = 0xE8
"""Upper byte of the first half-word from which an instruction has two (ARMv7-M ARM, A5.1)."""


def thumb_size(code: bytes) -> int:
    """Bytes of the instruction at the begin of `code`."""
    return 4 if code[1] >= _FIRST_WIDE else 2


def thumb_instructions(code: bytes) -> int:
    """Number of instructions in `code`."""
    count = at = 0
    while at < len(code):
        at += thumb_size(code[at : at + 2])
        count += 1
    return count
