"""Weight widths: which values each has, how they are stored, and what they take in flash.

A width is known by a number of bits; TERNARY stands for three values, stored in base 3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

TERNARY = 1
"""Not a number of bits: -1, 0 and 1, five a byte (1.6 bits)."""


@dataclass(frozen=True)
class Width:
    """One width of weights.

    Attributes:
        bits: how configurations and tensors name it.
        name: in texts.
        option: on the command line.
        low, high: smallest and largest weight. Symmetric, but int2 takes the fourth value that a
            symmetric range of two bits would leave unused.
        per_byte: weights that one byte holds.
        stored: width whose storage it shares, and so its kernels: itself, if it has its own.
        suffix: of the names of its kernels.
    """

    bits: int
    name: str
    option: str
    low: int
    high: int
    per_byte: int
    stored: int
    suffix: str


_WIDTHS = {
    width.bits: width
    for width in (
        Width(8, "int8", "8", -127, 127, per_byte=1, stored=8, suffix="s8"),
        Width(4, "int4", "4", -7, 7, per_byte=2, stored=4, suffix="s4"),
        Width(2, "int2", "2", -2, 1, per_byte=4, stored=2, suffix="s2"),
        Width(TERNARY, "ternary", "ternary", -1, 1, per_byte=5, stored=TERNARY, suffix="ternary"),
    )
}
WIDTHS = tuple(_WIDTHS)
"""Widest first."""


def width(bits: int) -> Width:
    """The width of this number of bits; KeyError for one that mcuq lacks."""
    return _WIDTHS[bits]


def weight_limits(bits: int) -> tuple[int, int]:
    """Smallest and largest weight."""
    return _WIDTHS[bits].low, _WIDTHS[bits].high


def symmetric_limit(bits: int) -> int:
    """Largest magnitude that both signs have, of weights or of integers of any other width."""
    return _WIDTHS[bits].high if bits in _WIDTHS else (1 << (bits - 1)) - 1


def stored_bytes(size: int, bits: int) -> int:
    """Bytes of `size` packed weights, or integers of 8 bits and more."""
    if bits in _WIDTHS:
        return -(-size // _WIDTHS[bits].per_byte)
    return size * bits // 8


def width_names(widths: Iterable[int]) -> str:
    """`int8`, or `int8|int4` of what has two."""
    return "|".join(map(width_name, widths))


def width_name(bits: int) -> str:
    """`int8`, `int4`, `int2` or `ternary`; `int` and the number for a width that mcuq lacks."""
    return _WIDTHS[bits].name if bits in _WIDTHS else f"int{bits}"
