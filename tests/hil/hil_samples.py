"""Inputs of the plus_one model and what it makes of them."""

from __future__ import annotations

SMALL = bytes(range(16))
LARGE = bytes((7 * i + 3) & 0xFF for i in range(3000))


def plus(data: bytes) -> bytes:
    """What the plus_one model computes."""
    return bytes((value + 1) & 0xFF for value in data)
