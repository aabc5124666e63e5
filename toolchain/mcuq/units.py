"""Sizes as people write them: 64K, 1M, 0x10000, 60%."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from mcuq.errors import UsageError

_FACTORS = {"": 1, "B": 1, "K": 1 << 10, "KB": 1 << 10, "M": 1 << 20, "MB": 1 << 20}
_SIZE = re.compile(r"(0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?)\s*([A-Za-z]*)", re.ASCII)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_MOST = 1 << 62
_SHOWN = 40
_HINT = "write bytes, 64K, 1M or 0x10000"


@dataclass(frozen=True)
class Share:
    """A part of some figure that is not known yet, such as 60 % of the int8 weight bytes."""

    fraction: float

    def of(self, total: int) -> int:
        """Whole bytes, rounded down."""
        return int(self.fraction * total)

    def __str__(self) -> str:
        """What `parse_size` makes the same share of."""
        return f"{(Decimal(repr(self.fraction)) * 100).normalize():f}%"


Size = int | Share


def parse_bytes(text: str | int) -> int:
    """Bytes from `64K`, `1M`, `0x10000`, `65536` or an integer; K is 1024.

    Raises:
        UsageError: not a size, negative, or not a whole number of bytes.
    """
    if isinstance(text, int):
        if text < 0:
            raise UsageError(f"{text} is not a size", _HINT)
        return text
    match = _SIZE.fullmatch(text.strip())
    factor = _FACTORS.get(match[2].upper().replace("IB", "B")) if match else None
    if match is None or factor is None:
        percent = "a percentage is for --weight-bytes alone: " if "%" in text else ""
        raise UsageError(f"{text!r} is not a size", percent + _HINT)
    digits = match[1]
    value = Decimal(int(digits, 16)) if digits[:2].lower() == "0x" else Decimal(digits)
    if value > _MOST:
        raise UsageError(f"{_short(text)} is more than any memory", _HINT)
    scaled = value * factor
    if scaled != int(scaled):
        raise UsageError(f"{text!r} is not a whole number of bytes", _HINT)
    return int(scaled)


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def parse_size(text: str | int) -> Size:
    """As `parse_bytes`, or a `Share` from a percentage.

    Raises:
        UsageError: neither a size nor a percentage above zero.
    """
    match = _PERCENT.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        return parse_bytes(text)
    fraction = float(Decimal(match[1]) / 100)
    if fraction <= 0:
        raise UsageError(f"{text!r} leaves nothing", "write a percentage above zero")
    return Share(fraction)


def format_bytes(count: int) -> str:
    """`1234` → `1,234 B`, `65536` → `64.0 KB`; KB is 1024 bytes as on a data sheet."""
    if abs(count) < 10_000:
        return f"{count:,} B"
    if abs(count) < 1 << 20:
        return f"{count / 1024:.1f} KB"
    return f"{count / (1 << 20):,.2f} MB"


def format_count(count: int) -> str:
    """`12500000` → `12.50 M`: operations, instructions, cycles."""
    for factor, suffix in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if abs(count) >= factor:
            return f"{count / factor:.2f} {suffix}"
    return str(count)
