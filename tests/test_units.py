"""Sizes as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcuq.errors import UsageError
from mcuq.units import Share, format_bytes, format_count, parse_bytes, parse_size


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("65536", 65536),
        (65536, 65536),
        ("64K", 65536),
        ("64k", 65536),
        ("64 KiB", 65536),
        ("64KB", 65536),
        ("1M", 1 << 20),
        ("1.5K", 1536),
        ("0x10000", 65536),
        ("12B", 12),
        ("0", 0),
    ],
)
def test_bytes(text: str | int, count: int) -> None:
    assert parse_bytes(text) == count


@pytest.mark.parametrize("text", ["", "K", "64Q", "-1", -1, "1.0001K", "60%", "1e3", "0x"])
def test_not_bytes(text: str | int) -> None:
    with pytest.raises(UsageError):
        parse_bytes(text)


def test_shares() -> None:
    assert parse_size("60%") == Share(0.6)
    assert parse_size("60%").of(1000) == 600  # type: ignore[union-attr]
    assert str(parse_size("62.5 %")) == "62.5%"
    assert parse_size("64K") == 65536
    with pytest.raises(UsageError):
        parse_size("0%")


@given(st.integers(0, 1 << 40))
def test_every_whole_number_is_itself(count: int) -> None:
    assert parse_bytes(str(count)) == parse_bytes(hex(count)) == count


def test_formats() -> None:
    assert format_bytes(1234) == "1,234 B"
    assert format_bytes(65536) == "64.0 KB"
    assert format_bytes(12 << 20) == "12.00 MB"
    assert format_count(12_500_000) == "12.50 M"
    assert format_count(999) == "999"
