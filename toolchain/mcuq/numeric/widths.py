"""Weight widths: how many values each has, and what they take in flash.

A width is a number of bits: 8, 4 or 2; TERNARY stands for three values, stored in base 3.
"""

from __future__ import annotations

TERNARY = 1
"""Not a number of bits: -1, 0 and 1, five a byte (1.6 bits)."""
WIDTHS = (8, 4, 2, TERNARY)
_TERNARY_PER_BYTE = 5


def weight_limits(bits: int) -> tuple[int, int]:
    """Smallest and largest weight: ±(2^(n-1) - 1), but -2 to 1 for int2 and ±1 for ternary.

    int2 takes the fourth value that a symmetric range of 2 bits would leave unused.
    """
    if bits == TERNARY:
        return -1, 1
    if bits == 2:
        return -2, 1
    limit = (1 << (bits - 1)) - 1
    return -limit, limit


def symmetric_limit(bits: int) -> int:
    """Largest magnitude that both signs have: 127 for 8 bits, 7 for 4, 1 for 2 and ternary."""
    return weight_limits(bits)[1]


def stored_bytes(size: int, bits: int) -> int:
    """Bytes of `size` packed weights (or any integers of at least 8 bits)."""
    if bits == TERNARY:
        return -(-size // _TERNARY_PER_BYTE)
    return (size * bits + 7) // 8


def width_name(bits: int) -> str:
    """`int8`, `int4`, `int2` or `ternary`."""
    return "ternary" if bits == TERNARY else f"int{bits}"
