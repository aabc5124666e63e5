"""The table of constants beside weights."""

from __future__ import annotations

from pathlib import Path

from constant_bytes import BEGIN, END, PAGE, Constants, constants_table, measure


def test_a_row_says_where_the_bytes_are() -> None:
    table = constants_table([Constants("kws", 8, 20_000, 20_004, 1_000, 300, 21_560)])
    assert table.splitlines()[2] == (
        "| kws | int8 | 20,000 | 20,004 | 1,000 | 300 | 256 | 21,560 | 1.078 (goal 1.06) | 5.1 |"
    )


def test_the_page_has_a_place_for_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.index(BEGIN) < text.index(END)


def test_channels_take_eight_bytes(mlperf_tiny: Path) -> None:
    found = measure("ad", mlperf_tiny, 8)
    assert found.channels == 8 * (8 * 128 + 8 + 640)
    assert found.ratio < 1.06
